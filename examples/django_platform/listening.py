"""Who may listen on which channel of live messages."""

from django.http import HttpRequest

from ace_integrations.realtime import ChannelRules, Member
from ace_integrations.video import ClassStatus, Standing
from examples.django_platform import classes
from examples.django_platform.accounts import visitor
from examples.django_platform.answering import AnsweredError
from examples.django_platform.models import Course, Profile, User
from examples.shared.accounts import user_key
from examples.shared.listening import channel_number

rules = ChannelRules[User]()


def listener(request: HttpRequest) -> User:
    """Give who asks, or answer 401."""
    user = visitor(request)
    if user is None:
        raise AnsweredError(401, "Sign in first.")
    return user


def member(user: User) -> Member:
    """Give as whom a user is known to the service of live messages."""
    return Member(user_key(user.pk))


@rules.on("private-user.{id}")
def own(user: User, *, id: str) -> Member | None:
    return member(user) if id == str(user.pk) else None


@rules.on("private-course.{id}")
def of_course(user: User, *, id: str) -> Member | None:
    course = Course.objects.filter(pk=channel_number(id)).first()
    who = Standing.STRANGER if course is None else classes.standing(user, course)
    return None if who is Standing.STRANGER else member(user)


@rules.on("private-university.{id}")
def of_university(user: User, *, id: str) -> Member | None:
    return member(user) if Profile.objects.filter(user=user, university_id=id).exists() else None


@rules.on("presence-session.{id}")
def in_session(user: User, *, id: str) -> Member | None:
    number = channel_number(id)
    entry = None if number is None else classes.enter(number, user)
    if entry is None or entry.row.status != ClassStatus.ACTIVE:
        return None
    if entry.who not in (Standing.TEACHER, Standing.STUDENT):
        return None
    return Member(user_key(user.pk), {"id": user.pk, "name": user.name, "role": str(entry.who)})
