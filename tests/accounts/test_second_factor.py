from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret


def test_its_secret_is_not_readable_in_the_database(alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    assert secret not in str(Authenticator.objects.get(user=alice).data)
