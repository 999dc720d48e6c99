//! Whether the monitoring account has ARMS in a region, and its activation.

use host_workflow_sdk::{Account, Error, ErrorKind, arms, clock, progress};

use crate::Ledger;

/// What is paid for application monitoring by use.
const COMMODITY: &str = "arms_app_post";
/// How its activation calls the same.
const SERVICE: &str = "arms_app";
/// How often activation is looked for after it was ordered, and the seconds between.
const LOOKS: u32 = 12;
const LOOK_SECONDS: u32 = 5;

/// Whether application monitoring is activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// It is.
    Active,
    /// It is not.
    Inactive,
    /// Nobody may know; why, in the cloud's code.
    Unknown(String),
}

/// What the run does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// It buys the service.
    Buy,
}

impl Service {
    /// Asks. A region without ARMS is an error; an account that may not ask is [`Service::Unknown`].
    pub fn find(monitoring: &Account, region: &str) -> Result<Self, Error> {
        match arms::get_commercial_status(monitoring, region, COMMODITY) {
            Ok(status) if status.enable => Ok(Self::Active),
            Ok(_) => Ok(Self::Inactive),
            Err(error) if error.is_forbidden() => Ok(Self::Unknown(error.code)),
            Err(error) => Err(explain(error, monitoring, region)),
        }
    }

    /// What is to be done, with `activate` as the operator's word for the purchase; an error if nothing
    /// can come of the run without it. Call it before the first change.
    pub fn decide(
        &self,
        activate: bool,
        monitoring: &str,
        region: &str,
        ledger: &mut Ledger,
    ) -> Result<Activation, Error> {
        match (self, activate) {
            (Self::Active, _) => Ok(Activation::None),
            (Self::Inactive, true) => Ok(Activation::Buy),
            (Self::Inactive, false) => {
                let message = format!(
                    "ARMS is not activated in account `{monitoring}`, so it would take no data from \
                     region `{region}`"
                );
                Err(Error::new(ErrorKind::Conflict, "reporting.service-inactive", message).hint(
                    "activate ARMS by hand, or set `activate-arms` to true: that is a purchase, \
                     charged by use, which nothing here can undo",
                ))
            }
            (Self::Unknown(code), _) => {
                ledger.note(format!(
                    "whether ARMS is activated in account `{monitoring}` is not known: \
                     `arms:GetCommercialStatus` was refused with `{code}`"
                ));
                Ok(Activation::None)
            }
        }
    }
}

impl Activation {
    /// Buys the service if that was decided, and waits until the cloud says that it is there.
    pub fn carry_out(
        self,
        monitoring: &Account,
        region: &str,
        ledger: &mut Ledger,
    ) -> Result<(), Error> {
        if self == Self::None {
            return Ok(());
        }
        progress::step("activation", "buy application monitoring, charged by use");
        let account = monitoring.id();
        progress::warn(&format!(
            "activating ARMS in account `{account}` is a purchase, charged by use; nothing here \
             can undo it"
        ));
        // An order that was not needed is an error of the cloud; what counts is the state.
        let order = arms::open_arms_service_second_version(monitoring, region, SERVICE);
        if let Err(error) = &order
            && !matches!(error.kind, ErrorKind::AlreadyExists | ErrorKind::Conflict)
            && !error.code.starts_with("ORDER.")
        {
            return order.map(drop);
        }
        for _ in 0..LOOKS {
            if Service::find(monitoring, region)? == Service::Active {
                ledger.created(format!("activation of ARMS in account `{account}`"));
                return Ok(());
            }
            clock::sleep(LOOK_SECONDS);
        }
        let message = format!(
            "ARMS was ordered in account `{account}`, and after {} seconds the cloud does not say \
             that it is active",
            LOOKS * LOOK_SECONDS
        );
        Err(Error::new(ErrorKind::Conflict, "reporting.activation-late", message)
            .hint("run again in some minutes; nothing else was changed"))
    }
}

/// Says so if it is the region that has no ARMS.
pub(crate) fn explain(error: Error, account: &Account, region: &str) -> Error {
    let is_about_region = error.is_not_found() || error.code.contains("Region");
    if !is_about_region {
        return error;
    }
    let message = format!(
        "region `{region}` has no ARMS that account `{}` could use: the cloud answers `{}`",
        account.id(),
        error.code
    );
    Error::new(ErrorKind::Invalid, "reporting.region-without-arms", message)
        .with("parameter", "region")
        .hint("name a region in which ARMS is offered; agents report into their own region")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_is_not_there_is_not_bought_unasked() {
        let mut ledger = Ledger::default();
        let mut decide = |service: Service, activate| {
            service.decide(activate, "1000000000000001", "cn-hangzhou", &mut ledger)
        };
        assert_eq!(decide(Service::Active, true).unwrap(), Activation::None);
        assert_eq!(decide(Service::Inactive, true).unwrap(), Activation::Buy);
        let refused = decide(Service::Inactive, false).unwrap_err();
        assert_eq!(refused.code, "reporting.service-inactive");
        assert!(refused.detail("hint").unwrap().contains("purchase"));
    }
}
