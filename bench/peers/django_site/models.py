"""People and teams, as django-scim2 asks for them."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class Team(AbstractSCIMGroupMixin):
    """A group."""

    name = models.CharField(max_length=254, unique=True)


class Person(AbstractSCIMUserMixin, AbstractUser):
    """A user."""

    teams = models.ManyToManyField(Team, related_name="user_set")

    @property
    def scim_groups(self):
        """The groups that the user is in."""
        return self.teams
