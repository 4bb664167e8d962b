"""Users and groups: Django's own pages, with what every page of the admin here has."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User

from .editing.base import RegistryAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(RegistryAdmin, auth_admin.UserAdmin):
    pass


@admin.register(Group)
class RoleAdmin(RegistryAdmin, auth_admin.GroupAdmin):  # type: ignore[misc]
    pass
