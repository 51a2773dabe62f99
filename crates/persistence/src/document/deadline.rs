//! What was told of deadlines, as documents: what an order remembers, and the notices themselves.

use domain::rules::deadline_notice::{Notice, NoticeSubject};
use domain::rules::ids::OperationId;
use domain::rules::money::{Currency, Money};
use domain::rules::risk::{AtRisk, Reason};
use domain::rules::ship_by::{Acted, Action, Cause, Deadline, Stage, Told};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Misfit;
use super::word::word;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeadlineDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<ToldDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acted: Option<ActedDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldDocument {
    ship_by: Timestamp,
    /// Of a warning; none of a loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds_before: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ActedDocument {
    ship_by: Timestamp,
    action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl DeadlineDocument {
    /// `None`: nothing was told or done.
    pub fn of(deadline: Deadline) -> Option<Self> {
        let told = deadline.told.map(|told| ToldDocument {
            ship_by: told.ship_by,
            seconds_before: match told.stage {
                Stage::Warning(before) => Some(before.as_secs()),
                Stage::Loss => None,
            },
        });
        let acted = deadline.acted.map(|acted| ActedDocument {
            ship_by: acted.ship_by,
            action: acted.action.as_str().to_owned(),
            until: acted.until,
        });
        (told.is_some() || acted.is_some()).then_some(Self { told, acted })
    }
}

impl TryFrom<DeadlineDocument> for Deadline {
    type Error = Misfit;

    fn try_from(document: DeadlineDocument) -> Result<Self, Misfit> {
        let told = document.told.map(|told| {
            let warning = |seconds| Stage::Warning(SignedDuration::from_secs(seconds));
            Told { ship_by: told.ship_by, stage: told.seconds_before.map_or(Stage::Loss, warning) }
        });
        let acted = document.acted.map(|acted| {
            let action = word("action", &acted.action, Action::parse)?;
            Ok(Acted { ship_by: acted.ship_by, action, until: acted.until })
        });
        Ok(Self { told, acted: acted.transpose()? })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoticeDocument {
    ship_by: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    subject: SubjectDocument,
    currency: String,
    /// In whole minor units, by reason.
    at_risk: Vec<(String, i64)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SubjectDocument {
    Warning { seconds_before: i64 },
    Loss,
    Blocked { operation_id: Uuid },
    Cancels { operation_id: Uuid },
    WouldCancel,
    LeftToPeople { reasons: Vec<String> },
    Waits { until: Timestamp },
}

impl From<&Notice> for NoticeDocument {
    fn from(notice: &Notice) -> Self {
        let parts = notice.at_risk.parts().iter();
        Self {
            ship_by: notice.ship_by,
            cause: notice.cause.map(|cause| cause.as_str().to_owned()),
            subject: (&notice.subject).into(),
            currency: notice.at_risk.total().currency().code().to_owned(),
            at_risk: parts.map(|(reason, money)| (reason.as_str().to_owned(), money.minor())).collect(),
        }
    }
}

impl TryFrom<NoticeDocument> for Notice {
    type Error = Misfit;

    fn try_from(document: NoticeDocument) -> Result<Self, Misfit> {
        let NoticeDocument { ship_by, cause, subject, currency, at_risk } = document;
        let known = Currency::parse(&currency).ok_or_else(|| Misfit::new("currency", &currency))?;
        let part = |(reason, minor): (String, i64)| {
            Ok((word("reason", &reason, Reason::parse)?, Money::from_minor(minor, known)))
        };
        let parts = at_risk.into_iter().map(part).collect::<Result<_, Misfit>>()?;
        let cause = cause.map(|cause| word("cause", &cause, Cause::parse)).transpose()?;
        Ok(Self { ship_by, cause, subject: subject.into(), at_risk: AtRisk::new(parts, known) })
    }
}

impl From<&NoticeSubject> for SubjectDocument {
    fn from(subject: &NoticeSubject) -> Self {
        match subject {
            NoticeSubject::Warning { before } => Self::Warning { seconds_before: before.as_secs() },
            NoticeSubject::Loss => Self::Loss,
            NoticeSubject::Blocked { operation_id } => Self::Blocked { operation_id: operation_id.uuid() },
            NoticeSubject::Cancels { operation_id } => Self::Cancels { operation_id: operation_id.uuid() },
            NoticeSubject::WouldCancel => Self::WouldCancel,
            NoticeSubject::LeftToPeople { reasons } => Self::LeftToPeople { reasons: reasons.clone() },
            NoticeSubject::Waits { until } => Self::Waits { until: *until },
        }
    }
}

impl From<SubjectDocument> for NoticeSubject {
    fn from(document: SubjectDocument) -> Self {
        match document {
            SubjectDocument::Warning { seconds_before } => {
                Self::Warning { before: SignedDuration::from_secs(seconds_before) }
            }
            SubjectDocument::Loss => Self::Loss,
            SubjectDocument::Blocked { operation_id } => {
                Self::Blocked { operation_id: OperationId::new(operation_id) }
            }
            SubjectDocument::Cancels { operation_id } => {
                Self::Cancels { operation_id: OperationId::new(operation_id) }
            }
            SubjectDocument::WouldCancel => Self::WouldCancel,
            SubjectDocument::LeftToPeople { reasons } => Self::LeftToPeople { reasons },
            SubjectDocument::Waits { until } => Self::Waits { until },
        }
    }
}
