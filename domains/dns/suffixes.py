"""Which names belong to a registry (com, co.uk) rather than to one owner."""

from functools import cache

from publicsuffixlist import PublicSuffixList


def is_public_suffix(name: str) -> bool:
    return name in (".", "") or bool(_suffixes().is_public(name))


def organizational_domain(name: str) -> str:
    """The name that was registered: example.co.uk for mail.example.co.uk."""
    return _suffixes().privatesuffix(name) or name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # reading the list takes a while; names of unknown TLDs count too
