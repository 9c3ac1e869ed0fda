"""A job names its root by a row instead of by a path, repeated in each row and index."""

import django.db.models.deletion
from django.db import migrations, models


def make_roots(apps, schema_editor):
    Root, Job = apps.get_model("runs", "Root"), apps.get_model("runs", "Job")
    for path in Job.objects.order_by().values_list("root_path", flat=True).distinct():
        root = Root.objects.create(path=path, kind="status")
        Job.objects.filter(root_path=path).update(root=root)


class Migration(migrations.Migration):
    dependencies = [("runs", "0002_index_browsing")]
    operations = [
        migrations.CreateModel(
            name="Root",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(max_length=1000)),
                ("kind", models.CharField(max_length=11)),
            ],
        ),
        migrations.RemoveConstraint("job", "job_directory_once"),
        migrations.RenameField("job", "root", "root_path"),
        migrations.AddField(
            "job",
            "root",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="runs.root"
            ),
        ),
        migrations.RunPython(make_roots, migrations.RunPython.noop),
        migrations.RemoveField("job", "root_path"),
        migrations.AlterField(
            "job",
            "root",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="runs.root"
            ),
        ),
    ]
