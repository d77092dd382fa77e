"""What is invoiced: how many mailboxes of each band, day by day; docs/billing.md has the rules."""
