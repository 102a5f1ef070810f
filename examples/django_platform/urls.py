"""Every address of the platform."""

from functools import partial

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.static import serve

from ace_integrations.contrib.django import get_ace
from ace_integrations.contrib.django.urls import health_url, webhook_urls
from ace_integrations.contrib.django.views import channel_view, sign_in_view
from examples.django_platform import (
    account,
    admin,
    advising,
    advisor,
    applications,
    board,
    buying,
    classroom,
    company,
    identity,
    jobs,
    live,
    notifications,
    offers,
    pages,
    paying,
    profiles,
    stopping,
    teachers,
    trail,
)
from examples.django_platform.answering import by_method, without_token
from examples.django_platform.listening import listener, member, rules
from examples.shared import STATIC

WEBHOOKS = ("didit", "mailgun", "stripe", "paypal", "pusher", "agora")

handler404 = "examples.django_platform.refusals.no_page"

urlpatterns = [
    *webhook_urls(*WEBHOOKS, refused_status={"stripe": 403}),
    # JaaS is Jitsi's name where it sends webhooks.
    *webhook_urls("jitsi", route="api/jaas/webhook"),
    health_url(),
    path("static/<path:path>", serve, {"document_root": STATIC}, name="static"),
    path("", by_method(get=pages.home)),
    path("lang/<str:language>", by_method(get=pages.choose_language)),
    path("signup", by_method(get=pages.sign_up_form, post=pages.sign_up)),
    path("login", by_method(get=pages.sign_in_form, post=pages.sign_in)),
    path("logout", by_method(post=pages.sign_out)),
    path("verify", by_method(get=pages.verify, post=pages.start_verification)),
    path("courses", by_method(get=pages.courses)),
    path("payments", by_method(get=pages.payments)),
    path("api/didit/create-session", by_method(post=identity.create_session)),
    path("api/didit/session-status/<str:session_id>", by_method(get=identity.session_status)),
    path("courses/<int:course_id>", by_method(get=buying.course)),
    path("courses/<int:course_id>/pay/paypal", by_method(post=buying.leave_for_paypal)),
    path("pay/paypal/return", by_method(get=buying.come_back)),
    path("pay/paypal/cancel", by_method(get=buying.change_mind)),
    path("api/courses/<int:course_id>/quote", by_method(get=paying.quote)),
    path("api/courses/<int:course_id>/payment/stripe", by_method(post=paying.pay_by_card)),
    path("api/courses/<int:course_id>/payment/paypal", by_method(post=paying.pay_by_paypal)),
    path("api/payment/confirm", by_method(post=paying.confirm)),
    path("api/payment/paypal/confirm", by_method(post=paying.confirm_paypal)),
    path("api/jobs", by_method(get=jobs.jobs, post=offers.post)),
    path("api/jobs/<str:job_id>", by_method(put=offers.change)),
    path("api/jobs/<str:job_id>/close", by_method(post=offers.close)),
    path("api/jobs/<str:job_id>/apply", by_method(post=applications.apply)),
    path("api/jobs/<str:job_id>/applications", by_method(get=applications.of_job)),
    path("api/applications", by_method(get=applications.mine)),
    path("api/applications/<str:application_id>/status", by_method(post=applications.answer)),
    path("applications", by_method(get=applications.my_page)),
    path("company", by_method(get=company.jobs)),
    path("company/jobs", by_method(post=company.post)),
    path("company/jobs/new", by_method(get=company.new)),
    path("company/jobs/<str:job_id>", by_method(get=company.job, post=company.change)),
    path("company/jobs/<str:job_id>/edit", by_method(get=company.edit)),
    path("company/jobs/<str:job_id>/close", by_method(post=company.close)),
    path("company/applications/<str:application_id>", by_method(get=company.application)),
    path("company/applications/<str:application_id>/status", by_method(post=company.answer)),
    path("resumes/<str:token>", by_method(get=company.resume)),
    path("jobs", by_method(get=board.jobs)),
    path("jobs/<str:job_id>/apply", by_method(post=applications.apply_by_form, read_by=board.under_apply)),
    path("jobs/<path:job_id>", by_method(get=board.job)),
    path("profile", by_method(get=profiles.profile, post=profiles.save)),
    path("advisor", by_method(get=advisor.talk, post=advisor.say)),
    path("advisor/consent", by_method(post=advisor.agree, read_by=partial(advisor.form, kind="consent"))),
    path("advisor/forget", by_method(post=advisor.forget, read_by=partial(advisor.form, kind="forget"))),
    # Its view looks for the token itself: before that is known to be short, no form is read.
    path("advisor/cv", csrf_exempt(by_method(post=advisor.cv, read_by=partial(advisor.form, kind="cv")))),
    path("advisor/path", by_method(post=advisor.path, read_by=partial(advisor.form, kind="path"))),
    path("advisor/jobs", by_method(post=advisor.jobs, read_by=partial(advisor.form, kind="jobs"))),
    path("advisor/gap", by_method(post=advisor.gap, read_by=partial(advisor.form, kind="gap"))),
    path("advisor/<str:kind>", by_method(get=advisor.form)),
    path("api/ai-career/chat", by_method(post=advising.chat)),
    path("api/ai-career/chat/stream", by_method(post=advising.stream_chat)),
    path("api/ai-career/analyze-cv", by_method(post=advising.analyze_cv)),
    path("api/ai-career/learning-path", by_method(post=advising.learning_path)),
    path("api/ai-career/job-recommendations", by_method(post=advising.job_recommendations)),
    path("api/ai-career/skills-gap", by_method(post=advising.skills_gap)),
    path("api/live/session/create", by_method(post=live.create)),
    path("api/live/session/<int:session_id>", by_method(get=live.state_of)),
    path("api/live/session/<int:session_id>/join", by_method(post=live.join)),
    path("api/live/session/<int:session_id>/end", by_method(post=live.end)),
    path("api/live/session/<int:session_id>/presence", by_method(post=live.presence)),
    path("api/live/session/<int:session_id>/attendance", by_method(get=live.attendance)),
    path("api/live/news", by_method(get=live.news)),
    path("live", by_method(get=classroom.classes_of, post=classroom.schedule)),
    path("teacher/live-class/<int:session_id>", by_method(get=classroom.teach)),
    path("teacher/live-class/<int:session_id>/end", by_method(post=classroom.end)),
    path("teacher/live-class/<int:session_id>/attendance", by_method(get=classroom.attendance)),
    path("student/live-class/<int:session_id>", by_method(get=classroom.attend)),
    path("admin/courses/<int:course_id>/teacher", by_method(post=classroom.assign)),
    # A mail service acts here for its reader.
    path(
        "unsubscribe/<str:token>",
        without_token(by_method(get=stopping.ask, post=stopping.stop, counted_for=stopping.counted_for)),
    ),
    path("notifications", by_method(get=notifications.notifications)),
    path("notifications/read", by_method(post=notifications.read_all_by_form)),
    path("notifications/<str:notice_id>/read", by_method(post=notifications.read_by_form)),
    path("api/notifications", by_method(get=notifications.told)),
    path("api/notifications/read", by_method(post=notifications.read_all)),
    path("api/notifications/<str:notice_id>/read", by_method(post=notifications.read)),
    path("account", by_method(get=account.account)),
    path("account/mails", by_method(post=account.choose_mails)),
    path("account/data", by_method(get=account.download)),
    path("account/erase", by_method(post=account.erase)),
    path("teacher/application", by_method(post=teachers.ask_again_by_form)),
    path("admin/teachers", by_method(get=teachers.teachers)),
    path("admin/teachers/<str:user_id>/approve", by_method(post=teachers.approve_by_form)),
    path("admin/teachers/<str:user_id>/reject", by_method(post=teachers.reject_by_form)),
    path("api/admin/teachers", by_method(get=teachers.waiting)),
    path("api/admin/teachers/<str:user_id>/approve", by_method(post=teachers.approve)),
    path("api/admin/teachers/<str:user_id>/reject", by_method(post=teachers.reject)),
    path("admin/audit", by_method(get=trail.audit)),
    path("api/admin/audit", by_method(get=trail.entries)),
    path("admin/erasures", by_method(get=trail.erasures)),
    path("admin/payments", by_method(get=admin.payments)),
    path("admin/payments/<int:payment_id>", by_method(get=admin.payment)),
    path("admin/payments/<int:payment_id>/refund", by_method(post=admin.refund_by_form)),
    path("api/admin/payments/<int:payment_id>/refund", by_method(post=admin.refund)),
]

if get_ace().settings.realtime:
    # As `realtime_urls` gives them, and counted for who asks as everything else is.
    urlpatterns += [
        path("broadcasting/auth", by_method(post=channel_view(rules, listener))),
        path("broadcasting/user-auth", by_method(post=sign_in_view(listener, member))),
    ]
