"""How a reseller appears to its clients: it chooses, and proves the host name it chose."""
