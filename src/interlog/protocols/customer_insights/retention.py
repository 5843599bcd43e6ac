"""How long this protocol keeps what is no record: rejects, jobs and their files, operations (spec 4.3, 6.8, 9.2)."""

from interlog.ledger.upkeep import Kept, documents
from interlog.model.instants import DAY, HOUR
from interlog.settings import Settings

from . import jobs, long_running, rejects, uploads


def kept(settings: Settings) -> tuple[Kept, ...]:
    """Return what is removed once it is too old."""
    ages = {
        rejects.KIND: settings.customer_insights_keep_rejects_days * DAY,
        jobs.KIND: settings.customer_insights_keep_jobs_days * DAY,
        uploads.KIND: settings.customer_insights_keep_uploads_hours * HOUR,
        uploads.CONTENT: settings.customer_insights_keep_uploads_hours * HOUR,
        long_running.KIND: settings.customer_insights_keep_operations_hours * HOUR,
    }
    return tuple(documents(kind, age) for kind, age in ages.items())
