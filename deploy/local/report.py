"""What `make run` tells the person in front of it."""

from deploy.local.stack import Stack


def show(stack: Stack, logins: list[dict[str, str]]) -> None:
    mail = {"IMAP": "imap", "IMAPS": "imaps", "SMTP": "smtp", "Submission": "submission"}
    places = {
        "DNS": stack.address("dns"),
        "DNS records": str(stack.zone_file),
        "Outgoing mail": str(stack.outbox),
        "Logs": str(stack.folder / "log"),
    }
    rows = {name: stack.address(port) for name, port in mail.items()} | places
    print(f"\nKuploy runs at {stack.endpoints()['web']}\n")
    for login in logins:
        print(f"  {login['role']:<14} {login['address']:<32} {login['password']}")
    print()
    for name, value in rows.items():
        print(f"  {name:<14} {value}")
    print("\nCtrl-C stops all of it; the next 'make run' finds the data again.", flush=True)
