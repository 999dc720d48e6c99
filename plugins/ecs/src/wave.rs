//! In which portions machines are changed: one until one went well, then batches, until too many failed.

/// How far the waves are.
#[derive(Debug)]
pub(crate) struct Waves {
    batch: usize,
    max_failures: usize,
    succeeded: usize,
    failed: usize,
}

impl Waves {
    /// `max_failures`: after so many failed machines no further one is touched.
    pub(crate) const fn new(batch: usize, max_failures: usize) -> Self {
        Self { batch, max_failures, succeeded: 0, failed: 0 }
    }

    /// How many of `left` machines come next; 0 if it is over.
    pub(crate) const fn next(&self, left: usize) -> usize {
        let size = if self.succeeded == 0 { 1 } else { self.batch };
        if self.has_stopped() {
            0
        } else if size < left {
            size
        } else {
            left
        }
    }

    /// Whether too many failed.
    pub(crate) const fn has_stopped(&self) -> bool {
        self.failed >= self.max_failures
    }

    /// How many failed.
    pub(crate) const fn failed(&self) -> usize {
        self.failed
    }

    /// What became of one machine.
    pub(crate) const fn note(&mut self, went_well: bool) {
        if went_well {
            self.succeeded += 1;
        } else {
            self.failed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes of the waves over machines of which some fail.
    fn sizes(batch: usize, max_failures: usize, fates: &[bool]) -> Vec<usize> {
        let mut waves = Waves::new(batch, max_failures);
        let (mut done, mut sizes) = (0, Vec::new());
        loop {
            let size = waves.next(fates.len() - done);
            if size == 0 {
                return sizes;
            }
            fates[done..done + size].iter().for_each(|fate| waves.note(*fate));
            done += size;
            sizes.push(size);
        }
    }

    #[test]
    fn one_goes_first_and_the_others_follow_in_batches() {
        assert_eq!(sizes(20, 1, &[true; 45]), [1, 20, 20, 4]);
        assert_eq!(sizes(20, 1, &[true]), [1]);
        assert_eq!(sizes(20, 1, &[]), [0_usize; 0]);
        assert_eq!(sizes(1, 1, &[true; 3]), [1, 1, 1]);
    }

    #[test]
    fn failures_stop_it() {
        assert_eq!(sizes(20, 1, &[false, true, true]), [1]);
        assert_eq!(sizes(20, 2, &[false, true, true, true]), [1, 1, 2]);
        assert_eq!(sizes(2, 2, &[true, false, true, false, true, true, true]), [1, 2, 2]);
    }
}
