"""When somebody was last given a slot."""

from django.db import models


class Turn(models.Model):
    """`key` is an owner's ("owner:5"), a batch's ("batch:0123456789ab") or an owner's runs that
    belong to no batch ("single:5"): of equals, whose turn is longest ago comes next."""

    key = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="turn_at")]

    def __str__(self) -> str:
        return f"{self.key} {self.at}"
