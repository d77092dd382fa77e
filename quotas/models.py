"""How full a mailbox is, as Dovecot wrote it."""

from django.db import models


class Usage(models.Model):
    """A row of mail.usage: written by Dovecot's quota_clone, only read here."""

    username = models.CharField(max_length=320, primary_key=True)
    bytes = models.BigIntegerField()
    messages = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = '"mail"."usage"'
        verbose_name_plural = "usage"

    def __str__(self) -> str:
        return f"{self.username}: {self.bytes} bytes in {self.messages} messages"
