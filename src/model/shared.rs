//! Things of which many are the same, each kept once: rows of tables repeat each other.

/// What things are, each by the number of what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared<T> {
    /// By thing: a number.
    of: Vec<u32>,
    /// By number, in the order of the things that have them first.
    all: Vec<T>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared {
            of: Vec::new(),
            all: Vec::new(),
        }
    }
}

impl<T: Clone> Shared<T> {
    /// What the thing at a position is.
    pub fn get(&self, at: usize) -> &T {
        &self.all[self.of[at] as usize]
    }

    /// By thing: the number of what it is.
    pub fn numbers(&self) -> &[u32] {
        &self.of
    }

    /// What things are, by number, in the order of the things that have them first.
    pub fn all(&self) -> &[T] {
        &self.all
    }

    /// Adds a thing. Gives the number of what it is: what else is the same is added by it (`push_like`).
    pub fn push(&mut self, what: T) -> u32 {
        let number = self.all.len() as u32;
        self.all.push(what);
        self.of.push(number);
        number
    }

    /// Adds a thing that is what another is.
    pub fn push_like(&mut self, number: u32) {
        self.of.push(number);
    }

    /// Adds other things after these.
    pub fn append(&mut self, mut others: Shared<T>) {
        let known = self.all.len() as u32;
        self.of
            .extend(others.of.iter().map(|number| number + known));
        match known {
            0 => self.all = others.all,
            _ => self.all.append(&mut others.all),
        }
    }

    /// Makes room for more things.
    pub fn reserve(&mut self, more: usize) {
        self.of.reserve_exact(more);
    }

    /// Gives back the room that nothing took.
    pub fn shrink_to_fit(&mut self) {
        self.of.shrink_to_fit();
        self.all.shrink_to_fit();
    }

    /// What a thing is, to be changed: others that were the same stay what they are.
    pub fn change(&mut self, at: usize) -> &mut T {
        let number = self.of[at];
        let same = self.of.iter().filter(|own| **own == number);
        if same.count() > 1 {
            self.of[at] = self.all.len() as u32;
            self.all.push(self.all[number as usize].clone());
        }
        &mut self.all[self.of[at] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Shared;

    fn of(words: &[&str]) -> Shared<String> {
        let mut shared = Shared::default();
        for word in words {
            match shared.all().iter().position(|known| known == word) {
                Some(number) => shared.push_like(number as u32),
                None => _ = shared.push(word.to_string()),
            }
        }
        shared
    }

    fn read(shared: &Shared<String>) -> Vec<&str> {
        let count = shared.numbers().len();
        (0..count).map(|at| shared.get(at).as_str()).collect()
    }

    #[test]
    fn things_are_what_they_were_added_as() {
        let mut shared = of(&["a", "b", "a", "a"]);
        shared.append(of(&["b", "c", "b"]));
        shared.shrink_to_fit();
        assert_eq!(read(&shared), ["a", "b", "a", "a", "b", "c", "b"]);
        assert_eq!(shared.numbers(), [0, 1, 0, 0, 2, 3, 2]);
        assert_eq!(shared.all(), ["a", "b", "b", "c"]);
    }

    #[test]
    fn a_change_is_of_one_thing() {
        let mut shared = of(&["a", "b", "a"]);
        shared.change(0).push('!');
        assert_eq!(read(&shared), ["a!", "b", "a"]);
        // What nothing else is needs no second place.
        shared.change(2).push('?');
        shared.change(1).push('.');
        assert_eq!(read(&shared), ["a!", "b.", "a?"]);
        assert_eq!(shared.all().len(), 3);
    }
}
