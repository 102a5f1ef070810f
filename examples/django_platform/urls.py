"""Every address of the platform."""

from django.urls import path
from django.views.static import serve

from ace_integrations.contrib.django.urls import health_url, webhook_urls
from examples.django_platform import admin, applications, board, buying, identity, jobs, pages, paying
from examples.django_platform.answering import by_method
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
    path("api/jobs", by_method(get=jobs.jobs, post=applications.post_job)),
    path("api/jobs/<int:job_id>/apply", by_method(post=applications.apply)),
    path("api/applications/<int:application_id>/status", by_method(post=applications.answer)),
    path("jobs", by_method(get=board.jobs)),
    path("jobs/<int:job_id>/apply", by_method(post=applications.apply_by_form)),
    path("jobs/<path:job_id>", by_method(get=board.job)),
    path("admin/payments", by_method(get=admin.payments)),
    path("admin/payments/<int:payment_id>", by_method(get=admin.payment)),
    path("admin/payments/<int:payment_id>/refund", by_method(post=admin.refund_by_form)),
    path("api/admin/payments/<int:payment_id>/refund", by_method(post=admin.refund)),
]
