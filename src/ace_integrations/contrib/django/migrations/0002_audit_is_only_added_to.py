from typing import Any

from django.db import migrations

from ace_integrations.contrib.append_only import guards


def guard(apps: Any, schema_editor: Any) -> None:
    del apps
    for statement in guards(schema_editor.connection.vendor, "ace_audit"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("ace", "0001_initial")]
    operations = [migrations.RunPython(guard, elidable=False)]
