"""Workloads: the form between specs and every backend, with names, order and resources decided.

One axis has one kind. Units are canonical: ``cpuMillis``, ``memoryBytes``, ``...Seconds``, weights in percent. A backend's
template spells these values and decides nothing. Fields that only clusters need join here; none of these has to change.
"""

from windlass.model.document import Document, Flag, Text
from windlass.model.workload.access import Access, Holder, Limit, Right, Space
from windlass.model.workload.monitor import (
    Alert,
    Dashboard,
    Drift,
    Metrics,
    Monitor,
    Objective,
    Panel,
    Query,
    Record,
    Records,
    ScrapeTarget,
    Severity,
    Signal,
)
from windlass.model.workload.others import ImageRecipe, LogStream, Secret, Tracking
from windlass.model.workload.parts import (
    Amount,
    EnvEntry,
    Gpu,
    Image,
    Meta,
    Network,
    Placement,
    Resources,
    Security,
    Toleration,
)
from windlass.model.workload.pipeline import (
    DataInput,
    Left,
    MetricsFile,
    Parameter,
    Pipeline,
    Profile,
    Retry,
    Run,
    Schedule,
    Step,
)
from windlass.model.workload.search import Search, SearchObjective, SearchParameter, TrialStage
from windlass.model.workload.service import (
    Configuration,
    Contract,
    Fetch,
    Managed,
    Pod,
    Probe,
    Probes,
    Scale,
    Service,
    TakenSecret,
    Update,
    Variant,
)
from windlass.model.workload.tenancy import Grant, Queue, Quota, Role, Tenancy

__all__ = [
    "Access",
    "Alert",
    "Amount",
    "Configuration",
    "Contract",
    "Dashboard",
    "DataInput",
    "Drift",
    "EnvEntry",
    "Fetch",
    "Gpu",
    "Grant",
    "Holder",
    "Image",
    "ImageRecipe",
    "Left",
    "Limit",
    "LogStream",
    "Managed",
    "Meta",
    "Metrics",
    "MetricsFile",
    "Monitor",
    "Network",
    "Objective",
    "Panel",
    "Parameter",
    "Pipeline",
    "Placement",
    "Pod",
    "Probe",
    "Probes",
    "Profile",
    "Query",
    "Queue",
    "Quota",
    "Record",
    "Records",
    "Resources",
    "Retry",
    "Right",
    "Role",
    "Run",
    "Scale",
    "Schedule",
    "ScrapeTarget",
    "Search",
    "SearchObjective",
    "SearchParameter",
    "Secret",
    "Security",
    "Service",
    "Severity",
    "Signal",
    "Space",
    "Step",
    "TakenSecret",
    "Tenancy",
    "Toleration",
    "Tracking",
    "TrialStage",
    "Update",
    "Variant",
    "Workloads",
]


class Workloads(Document):
    """All that one environment asks for, in name order."""

    environment: Text
    pipelines: tuple[Pipeline, ...] = ()
    services: tuple[Service, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    rehearsed: Flag = False
