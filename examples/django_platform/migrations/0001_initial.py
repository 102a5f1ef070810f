import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.CharField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("role", models.CharField(max_length=16)),
                ("company", models.CharField(max_length=200, null=True)),
                ("password", models.CharField(max_length=200)),
                ("status", models.CharField(default="pending_verification", max_length=32)),
                ("verification_id", models.CharField(max_length=64, null=True, unique=True)),
                ("verification", models.CharField(max_length=16, null=True)),
                ("verification_at", models.BigIntegerField(default=0)),
                ("job_mails", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "users",
            },
        ),
        migrations.CreateModel(
            name="AiConsent",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("wording", models.CharField(max_length=16)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "ai_consents",
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("university", models.CharField(max_length=120, null=True)),
                ("university_id", models.CharField(db_index=True, max_length=64, null=True)),
                ("major", models.CharField(max_length=120, null=True)),
                ("gpa", models.FloatField(null=True)),
                ("gpa_scale", models.FloatField(null=True)),
                ("graduation_year", models.BigIntegerField(null=True)),
                ("skills", models.JSONField()),
                ("certifications", models.JSONField()),
            ],
            options={
                "db_table": "profiles",
            },
        ),
        migrations.CreateModel(
            name="TeacherApplication",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("state", models.CharField(default="waiting", max_length=16)),
                ("tries", models.BigIntegerField(default=1)),
                ("reason", models.CharField(default="", max_length=500)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "teacher_applications",
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title_en", models.CharField(max_length=200)),
                ("title_ar", models.CharField(max_length=200)),
                ("lede_en", models.CharField(max_length=500)),
                ("lede_ar", models.CharField(max_length=500)),
                ("points_en", models.JSONField()),
                ("points_ar", models.JSONField()),
                ("weeks", models.BigIntegerField()),
                ("price", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("students", models.BigIntegerField(default=0)),
                (
                    "teacher",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "courses",
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("company", models.CharField(max_length=200)),
                ("location", models.CharField(max_length=200)),
                ("places", models.CharField(max_length=300)),
                ("description", models.TextField()),
                ("salary_min", models.BigIntegerField(null=True)),
                ("salary_max", models.BigIntegerField(null=True)),
                ("salary_period", models.CharField(max_length=8, null=True)),
                ("salary_currency", models.CharField(max_length=3, null=True)),
                ("employment_type", models.CharField(max_length=16, null=True)),
                ("experience_level", models.CharField(max_length=16, null=True)),
                ("remote", models.BooleanField(default=False)),
                ("posted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("university_id", models.CharField(max_length=64, null=True)),
                ("university", models.CharField(max_length=200, null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "jobs",
            },
        ),
        migrations.CreateModel(
            name="LiveSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("offset_min", models.BigIntegerField()),
                ("lasts_s", models.BigIntegerField()),
                ("status", models.CharField(default="scheduled", max_length=16)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("version", models.BigIntegerField(default=0)),
                ("room", models.CharField(max_length=64, null=True, unique=True)),
                ("reach", models.CharField(max_length=16, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.course")),
                (
                    "teacher",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "db_table": "live_sessions",
            },
        ),
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.CharField(max_length=64)),
                ("channel", models.CharField(max_length=164)),
                ("name", models.CharField(max_length=200)),
                ("data", models.JSONField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "db_table": "news",
                "indexes": [models.Index(fields=["channel", "told_at"], name="news_of_channel")],
                "constraints": [models.UniqueConstraint(fields=("event_id", "channel"), name="news_once")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=32)),
                ("gateway_id", models.CharField(max_length=255, null=True, unique=True)),
                ("capture_id", models.CharField(max_length=255, null=True, unique=True)),
                ("price", models.CharField(max_length=20)),
                ("price_currency", models.CharField(max_length=3)),
                ("amount", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(default="pending", max_length=32)),
                ("books", models.JSONField(null=True)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.course")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "payments",
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=20)),
                ("amount", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(default="asked", max_length=16)),
                ("gateway_id", models.CharField(default="", max_length=255)),
                ("reason", models.CharField(default="", max_length=100)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("admin", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                (
                    "payment",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.payment"),
                ),
            ],
            options={
                "db_table": "refunds",
            },
        ),
        migrations.CreateModel(
            name="Revenue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "course_id", "currency", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("minor", models.BigIntegerField(default=0)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.course")),
            ],
            options={
                "db_table": "course_revenue",
            },
        ),
        migrations.CreateModel(
            name="StoredQuote",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("quote", models.JSONField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.course")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "quotes",
            },
        ),
        migrations.AddField(
            model_name="payment",
            name="quote",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="django_platform.storedquote"
            ),
        ),
        migrations.CreateModel(
            name="Enrollment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("course", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.course")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "course_enrollments",
                "constraints": [models.UniqueConstraint(fields=("user", "course"), name="one_place_per_course")],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(default="pending", max_length=16)),
                ("cv_text", models.TextField(default="")),
                ("cv_url", models.CharField(default="", max_length=500)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("job", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.job")),
            ],
            options={
                "db_table": "applications",
                "constraints": [models.UniqueConstraint(fields=("user", "job"), name="one_application_per_job")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("data", models.JSONField()),
                ("told_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "notices",
                "indexes": [models.Index(fields=["user", "id"], name="notices_of_user")],
                "constraints": [models.UniqueConstraint(fields=("user", "event_id"), name="one_notice_per_event")],
            },
        ),
        migrations.CreateModel(
            name="SessionAttendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("duration_s", models.BigIntegerField()),
                ("told_by", models.CharField(max_length=32)),
                (
                    "session",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.livesession"),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "session_attendances",
                "constraints": [models.UniqueConstraint(fields=("session", "user"), name="one_attendance_per_class")],
            },
        ),
        migrations.CreateModel(
            name="SessionEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=32)),
                ("person", models.CharField(max_length=255)),
                ("connection", models.CharField(max_length=255)),
                ("order", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=16, null=True)),
                ("stayed_s", models.FloatField(null=True)),
                (
                    "session",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="django_platform.livesession"),
                ),
            ],
            options={
                "db_table": "session_events",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "provider", "person", "connection", "order", "kind"), name="told_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("status__in", ("pending", "action_required", "approved", "processing", "authorised"))
                ),
                fields=("user", "course"),
                name="one_open_payment_per_course",
            ),
        ),
    ]
