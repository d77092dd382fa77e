"""How much there is of everything, and how it is named, by arithmetic: pgbench must be able to."""

from collections.abc import Iterator
from dataclasses import dataclass

FIRST_NAMES = (
    *("anna", "bruno", "clara", "david", "elena"),
    *("felix", "greta", "hugo", "ines", "jonas"),
)


@dataclass(frozen=True)
class Size:
    name: str
    mailboxes: int
    domains: int

    @property
    def numbers(self) -> range:
        """Each number has a mailbox for every first name."""
        return range(self.mailboxes // len(FIRST_NAMES))

    @property
    def primaries(self) -> range:
        """Domains with mailboxes; the others are aliases of the first ones of these."""
        return range(self.domains * 9 // 10)

    @property
    def mirrors(self) -> range:
        return range(self.domains - len(self.primaries))

    @property
    def accounts(self) -> int:
        return self.domains // 10

    def account_of(self, domain: int) -> int:
        """Number 0 has nine of ten domains; the others share the rest."""
        return 0 if domain % 10 else 1 + domain // 10 % (self.accounts - 1)

    def addresses(self) -> Iterator[tuple[str, int]]:
        """Local part and domain of each mailbox."""
        for number in self.numbers:
            for first in FIRST_NAMES:
                yield f"{first}{number}", number % len(self.primaries)


SIZES = {
    size.name: size
    for size in (
        Size("small", 2_000, 100),
        Size("medium", 100_000, 10_000),
        Size("large", 1_000_000, 50_000),
    )
}


def domain_name(number: int) -> str:
    return f"company{number}.example"


def mirror_name(number: int) -> str:
    return f"mirror{number}.example"


def slug(account: int) -> str:
    return f"account{account}"
