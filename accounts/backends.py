"""What a person may do: answered from their membership in the open scope, and from nothing else."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.db.models import Model

from accounts.models import User
from accounts.selectors import members
from accounts.tenancy import current_scope, in_scope


class PracticeBackend(BaseBackend):
    """Django's authentication backend. It checks no password: signing in does."""

    def authenticate(self, request: object, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: UUID) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        if not in_scope() or current_scope().person_id != user_obj.pk:
            return set()
        member = members.acting()
        return {str(held) for held in members.permissions_of(member)} if member else set()

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)
