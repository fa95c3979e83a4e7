"""`ImportJob`, an uploaded file with its state, and `ImportLine`, a difference or error of its preview."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from inventory.imports.excerpts import excerpts


class ImportJob(models.Model):
    """One uploaded file. Its text is in the database, since web and worker may be different machines."""

    class Kind(models.TextChoices):
        ADJUSTMENTS = "adjustments", "Stock adjustments"
        CATALOGUE = "catalogue", "Catalogue"

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Waits for a decision"
        UNCHANGED = "unchanged", "Changes nothing"
        REFUSED = "refused", "Refused"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    RUNNING = (State.CHECKING, State.APPLYING)

    kind = models.CharField(max_length=20, choices=Kind.choices)
    file_name = models.CharField("file", max_length=200)
    text = models.TextField(editable=False)
    digest = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the text: tells a second upload.")
    state = models.CharField(max_length=20, choices=State.choices, default=State.CHECKING)
    preview = models.PositiveIntegerField(default=0, help_text="Counts the checks; a decision is about one of them.")
    rows = models.PositiveIntegerField(default=0, help_text="Rows of the file below its header.")
    differences = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    problem = models.TextField(
        blank=True, default="", help_text="What is wrong with the file or kept it from being applied."
    )
    result = models.TextField(blank=True, default="", help_text="What was done, in a sentence.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="uploaded by", on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("uploaded", db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField("applied", null=True, blank=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-id"]
        indexes = [models.Index(name="inventory_importjob_digest", fields=["digest"])]
        constraints = [
            models.CheckConstraint(
                name="inventory_importjob_applied_by_somebody",
                condition=~Q(state="applied") | Q(confirmed_by__isnull=False, applied_at__isnull=False),
            )
        ]
        permissions = [
            ("import_stock", "Can import stock adjustments"),
            ("import_catalogue", "Can import the catalogue"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_kind_display()})"

    @property
    def is_running(self) -> bool:
        """Whether a worker is checking or applying it, or will."""
        return self.state in self.RUNNING


class ImportLine(models.Model):
    """One difference that a job would make, or one error, by the line of the file that it comes from."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    sku = models.CharField(max_length=100, blank=True)
    what = models.CharField(max_length=40, blank=True, help_text="What changes: units counted, a price, …")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="The reason that the file gives.")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(name="inventory_importline_page", fields=["job", "line", "id"])]

    def __str__(self) -> str:
        return f"line {self.line}: {self.error or f'{self.what} {self.before} -> {self.after}'}"

    @property
    def excerpts(self) -> tuple[str, str]:
        """What of `before` and `after` differs, for a page."""
        return excerpts(self.before, self.after)
