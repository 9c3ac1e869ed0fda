"""Tokens of everybody: who has which, and an end to one; never its text, never more scopes."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from runs.accounts.tokens import revoke_token
from runs.models import Token

from .staff import ReadOnlyAdmin


class UsableFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("usable", "usable"), ("ended", "revoked or expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Token]) -> QuerySet[Token]:
        ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now())
        if self.value() == "usable":
            return queryset.exclude(ended)
        return queryset.filter(ended) if self.value() == "ended" else queryset


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    list_display = [
        "label", "prefix", "owner", "may", "created_at", "last_used_at", "expires_at",
        "revoked_at",
    ]  # fmt: skip
    list_filter = [UsableFilter, ("owner", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["label", "prefix__startswith", "owner__username"]
    exclude = ["digest"]
    actions = ["revoke"]

    @admin.display(description="may")
    def may(self, token: Token) -> str:
        return ", ".join(token.scopes)

    @admin.action(description="Revoke selected tokens", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        tokens = list(queryset.filter(revoked_at=None).select_related("owner"))
        for token in tokens:
            revoke_token(actor=request.user, token=token)
        self.message_user(request, f"Revoked: {len(tokens)} of {queryset.count()}.")
