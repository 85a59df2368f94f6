"""What a phone may hand in: the envelope and the body of each type. The API's description is made from these models."""

from gridops.intake.forms.about_cases import ReportRecord as ReportRecord
from gridops.intake.forms.records import RECORDS as RECORDS
from gridops.intake.forms.records import AnswerIn as AnswerIn
from gridops.intake.forms.records import Meaning as Meaning
from gridops.intake.forms.records import RecordIn as RecordIn
from gridops.intake.forms.records import Reference as Reference
from gridops.intake.forms.records import WorkIn as WorkIn
from gridops.intake.forms.records import parse_record as parse_record
from gridops.intake.forms.records import read_kept as read_kept
from gridops.intake.forms.records import record_uuid as record_uuid
from gridops.intake.forms.records import references as references
from gridops.intake.forms.records import work_meaning as work_meaning
from gridops.intake.forms.shapes import Attachment as Attachment
