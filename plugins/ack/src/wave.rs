//! In which order clusters are changed, and when that stops.

/// Splits what is to be changed: one first, to see that it works, then the rest together.
pub(crate) fn waves<T>(mut all: Vec<T>) -> Vec<Vec<T>> {
    if all.is_empty() {
        return Vec::new();
    }
    let rest = all.split_off(1);
    let waves = [all, rest];
    waves.into_iter().filter(|wave| !wave.is_empty()).collect()
}

/// Counts what failed, against the number at which nothing more is started.
#[derive(Debug)]
pub(crate) struct Brake {
    failures: usize,
    limit: usize,
}

impl Brake {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { failures: 0, limit }
    }

    pub(crate) const fn count(&mut self) {
        self.failures += 1;
    }

    /// Whether nothing more is to be started.
    pub(crate) const fn holds(&self) -> bool {
        self.failures >= self.limit
    }

    pub(crate) const fn failures(&self) -> usize {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_first() {
        let sizes = |count: usize| {
            let waves = waves((0..count).collect::<Vec<_>>());
            waves.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0), [0; 0]);
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(2), [1, 1]);
        assert_eq!(sizes(10), [1, 9]);
        assert_eq!(waves(vec!["a", "b", "c"]), [vec!["a"], vec!["b", "c"]]);
    }

    #[test]
    fn the_limit_stops_what_comes_next() {
        let mut brake = Brake::new(2);
        assert!(!brake.holds());
        brake.count();
        assert!(!brake.holds());
        brake.count();
        assert!(brake.holds());
        assert_eq!(brake.failures(), 2);
    }
}
