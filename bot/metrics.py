"""Count what happens, without saying to whom."""

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Counter("legalbot_received_total", "Messages taken into the inbox", ["channel"])
DECIDED = Counter("legalbot_decided_total", "Decisions", ["decision"])
FAILED = Counter("legalbot_failed_total", "Messages whose handling failed", ["dead"])
DELIVERED = Counter("legalbot_delivered_total", "Sends by what the channel said", ["channel", "receipt"])
MATCHING = Histogram(
    "legalbot_match_seconds", "Time to find topics for one batch", buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
)
RUNS = Counter("legalbot_runs_total", "Runs of campaigns by what became of them", ["state"])
UNDER_WAY = Gauge("legalbot_sends_under_way", "Sends that wait for their channel")
STORAGE_DOWN = Counter("legalbot_storage_down_total", "Times the database could not be used")
