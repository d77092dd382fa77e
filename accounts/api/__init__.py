"""What every part of the API is made of: who comes in, how calls answer, and what goes wrong."""
