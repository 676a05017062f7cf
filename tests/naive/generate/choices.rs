//! Numbers read one after the other as choices; where they end, every further one is zero.

/// What is left of the numbers.
pub struct Choices<'n> {
    numbers: &'n [u16],
    at: usize,
}

impl<'n> Choices<'n> {
    pub fn new(numbers: &'n [u16]) -> Choices<'n> {
        Choices { numbers, at: 0 }
    }

    /// A number below `n`; zero is what shrinking ends at.
    pub fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % n.max(1)
    }

    /// True in so many of a hundred cases, never for zero.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}
