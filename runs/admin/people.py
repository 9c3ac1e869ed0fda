"""Users and groups as Django shows them, with each change told of."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from .recorded import Recorded

admin.site.unregister([User, Group])


@admin.register(User)
class PersonAdmin(Recorded, UserAdmin):
    pass


@admin.register(Group)
class PeopleAdmin(Recorded, GroupAdmin):
    pass
