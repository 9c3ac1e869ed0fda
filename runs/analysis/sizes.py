"""How much is on disk of a batch."""

from django.db.models import Sum

from runs.cleanup.deletion import Size, run_size
from runs.models import Batch, Job, Run

# Measuring takes a millisecond a run; above, what the index of the disk has last counted is told.
MEASURED_MAX = 500


def batch_size(batch: Batch) -> Size:
    """Files and bytes of all its runs, of many as the index of the disk knows them."""
    runs = Run.objects.filter(batch=batch)
    if runs.count() > MEASURED_MAX:
        known = Job.objects.filter(ordered_run__batch=batch).aggregate(
            Sum("files"), Sum("size_bytes")
        )
        return Size(known["files__sum"] or 0, known["size_bytes__sum"] or 0)
    sizes = [run_size(run) for run in runs.select_related("project", "program")]
    return Size(sum(size.files for size in sizes), sum(size.size_bytes for size in sizes))
