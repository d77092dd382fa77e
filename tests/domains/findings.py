"""What the DNS engine would have found, made up."""

from domains.dns.findings import Finding, Kind, State

RECORDS = (Kind.MX, Kind.SPF, Kind.DKIM, Kind.DMARC)


def found(default: State = State.OK, **states: State) -> dict[Kind, Finding]:
    """Findings for the four records, and for the proofs that are named."""
    wanted = dict.fromkeys(RECORDS, default) | {Kind(kind): s for kind, s in states.items()}
    return {
        kind: Finding(
            kind, state, f"{kind} is {state}", found=("x",), source="ns1.example.net",
            reaches_us=kind is Kind.MX and state is State.OK,
        )
        for kind, state in wanted.items()
    }  # fmt: skip
