"""The gate for phone records: taken once, answered the same as often as they come, in effect as soon as they can be.

Well-formed records are never refused for what they mean: what does not fit (any more) is held for a person, what names
a record not yet here waits for it.
"""

from gridops.intake.receipts import Receipt as Receipt
from gridops.intake.receipts import receipt as receipt
from gridops.intake.receipts import receipt_of as receipt_of
from gridops.intake.service.applying import follow as follow
from gridops.intake.service.applying import try_again as try_again
from gridops.intake.service.forgetting import forget_paths as forget_paths
from gridops.intake.service.taking import Taken as Taken
from gridops.intake.service.taking import apply_overlooked as apply_overlooked
from gridops.intake.service.taking import attachment as attachment
from gridops.intake.service.taking import take as take
