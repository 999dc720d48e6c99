//! What applications are called in ARMS.

/// Longest name that is given.
const MAX: usize = 128;

/// What a template may speak of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) region: &'a str,
    pub(crate) instance: &'a str,
    pub(crate) instance_name: &'a str,
    /// `None`: the agent without a service.
    pub(crate) service: Option<&'a str>,
}

/// The name that a template gives at a place: letters, digits, periods, hyphens and underscores.
///
/// It is written into a script and into a file that systemd reads, so nothing else may be in it.
pub(crate) fn application(template: &str, place: Place<'_>) -> String {
    let name = template
        .replace("{service}", place.service.unwrap_or(place.instance_name))
        .replace("{instance}", place.instance)
        .replace("{name}", place.instance_name)
        .replace("{region}", place.region);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let plain: String =
        name.chars().map(|letter| if fits(letter) { letter } else { '-' }).take(MAX).collect();
    let trimmed = plain.trim_matches('-');
    if trimmed.is_empty() { place.instance.to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_a_plain_name() {
        let place = Place {
            region: "cn-hangzhou",
            instance: "i-1",
            instance_name: "web 1 (old)",
            service: Some("orders@blue"),
        };
        let cases = [
            ("{service}", "orders-blue"),
            ("shop-{service}", "shop-orders-blue"),
            ("{service}.{instance}", "orders-blue.i-1"),
            ("{name}", "web-1--old"),
            ("{region}/{service}", "cn-hangzhou-orders-blue"),
            ("$(reboot)", "reboot"),
            ("'\"`", "i-1"),
            ("{other}", "other"),
        ];
        for (template, name) in cases {
            assert_eq!(application(template, place), name, "{template}");
        }
        let alone = Place { service: None, ..place };
        assert_eq!(application("{service}", alone), "web-1--old");
        assert_eq!(application(&"x".repeat(300), place).len(), MAX);
    }
}
