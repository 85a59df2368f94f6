"""Every select of the gate: `ledger` (records, disputes, what is missing), `subjects` (what records led to)."""

from gridops.intake.queries.ledger import Heard as Heard
from gridops.intake.queries.ledger import ToJudge as ToJudge
from gridops.intake.queries.ledger import any_to_judge as any_to_judge
from gridops.intake.queries.ledger import dispute as dispute
from gridops.intake.queries.ledger import heard as heard
from gridops.intake.queries.ledger import is_disputed as is_disputed
from gridops.intake.queries.ledger import lacking as lacking
from gridops.intake.queries.ledger import missing as missing
from gridops.intake.queries.ledger import name_of as name_of
from gridops.intake.queries.ledger import overlooked as overlooked
from gridops.intake.queries.ledger import record as record
from gridops.intake.queries.ledger import roots_of as roots_of
from gridops.intake.queries.ledger import to_judge as to_judge
from gridops.intake.queries.ledger import waiting_for as waiting_for
