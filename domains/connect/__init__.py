"""Set-up at the customer's DNS provider by Domain Connect (draft-ietf-dconn-domainconnect).

The provider of a domain's DNS says where its pages are, and that it knows our template; a signed
link then leads there, where the customer agrees to the records and comes back.
"""
