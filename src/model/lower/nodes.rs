//! The nodes of a plan by name: a table of its own, for plans may have millions.
//!
//! Names are looked up in batches (`find_all`): all slots are read before the first name is compared,
//! so that one wait for memory covers many names.

use crate::model::plans::{self, NodeKind};
use crate::source::Span;

/// A node that edges can name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// Its position.
    pub at: usize,
    /// Its kind.
    pub kind: NodeKind,
    /// The place of its name.
    pub span: Span,
    /// What an edge needs of it is in error, and reported.
    pub unusable: bool,
}

/// What each edge asks of its nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The kind.
    pub kind: NodeKind,
    /// What an edge needs of it is in error, and reported.
    pub unusable: bool,
}

/// The nodes of a plan by name.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// The nodes in order, as the plan is to have them.
    pub all: plans::Nodes,
    /// By node.
    asked: Vec<Asked>,
    /// Half a hash in the upper bits, the position and one in the lower; 0 is free.
    slots: Vec<u64>,
    /// Some could not be read, which is reported: a name that is not here may be one of theirs.
    pub torn: bool,
}

impl Nodes {
    /// The node of a name.
    pub fn find(&self, name: &str) -> Option<Known> {
        self.find_hashed(name, hash(name)).map(|at| self.get(at))
    }

    /// What each edge asks of the node at a position.
    pub fn asked(&self, at: usize) -> Asked {
        self.asked[at]
    }

    fn get(&self, at: usize) -> Known {
        let Asked { kind, unusable } = self.asked[at];
        Known {
            at,
            kind,
            span: self.all.get(at).span(),
            unusable,
        }
    }

    /// The positions of the nodes that several names mean, in their order.
    pub fn find_all(&self, names: &[&str], found: &mut Vec<Option<usize>>) {
        const BATCH: usize = 64;
        found.clear();
        if self.slots.is_empty() {
            found.resize(names.len(), None);
            return;
        }
        let mask = self.slots.len() - 1;
        for batch in names.chunks(BATCH) {
            let mut hashes = [0; BATCH];
            let mut slots = [0; BATCH];
            for (hash, name) in hashes.iter_mut().zip(batch) {
                *hash = self::hash(name);
            }
            for (slot, hash) in slots.iter_mut().zip(&hashes[..batch.len()]) {
                *slot = self.slots[*hash as usize & mask];
            }
            // Where names begin is read for all, too, before one is compared.
            let mut ends = [0; BATCH];
            for (end, slot) in ends.iter_mut().zip(&slots[..batch.len()]) {
                *end = match *slot as u32 {
                    0 => 0,
                    and_one => self.all.name_ends(and_one as usize - 1),
                };
            }
            for (nth, name) in batch.iter().enumerate() {
                let (hash, slot) = (hashes[nth], slots[nth]);
                let end = ends[nth];
                let alike = slot >> 32 == hash >> 32 && slot != 0;
                let direct = alike
                    && self
                        .all
                        .names()
                        .as_bytes()
                        .get(end.wrapping_sub(name.len())..end)
                        == Some(name.as_bytes())
                    && self.all.name_begins((slot as u32) as usize - 1) + name.len() == end;
                found.push(match direct {
                    true => Some((slot as u32) as usize - 1),
                    false => self.find_hashed(name, hash),
                });
            }
        }
    }

    /// Makes room for more nodes, so that their names are placed once.
    pub fn reserve(&mut self, more: usize) {
        let nodes = self.all.len() + more;
        self.all.reserve(more);
        self.asked.reserve_exact(more);
        if nodes * 2 > self.slots.len() {
            self.grow(nodes * 2);
        }
    }

    /// Adds a node by its name; `push` puts it after those there are. Gives the one that has the name
    /// already.
    pub fn add(
        &mut self,
        name: &str,
        asked: Asked,
        push: impl FnOnce(&mut plans::Nodes),
    ) -> Result<(), Known> {
        if (self.all.len() + 1) * 2 > self.slots.len() {
            self.grow(self.slots.len() * 2);
        }
        let hash = hash(name);
        if let Some(at) = self.find_hashed(name, hash) {
            return Err(self.get(at));
        }
        push(&mut self.all);
        self.asked.push(asked);
        self.place(hash, self.all.len());
        Ok(())
    }

    /// All names with their places.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Span)> {
        self.all.iter().map(|node| (node.name(), node.span()))
    }

    fn find_hashed(&self, name: &str, hash: u64) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot == 0 {
                return None;
            }
            let at = (slot as u32) as usize - 1;
            if slot >> 32 == hash >> 32 && self.all.name(at) == name {
                return Some(at);
            }
            place = (place + 1) & mask;
        }
    }

    fn place(&mut self, hash: u64, position_and_one: usize) {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        while self.slots[place] != 0 {
            place = (place + 1) & mask;
        }
        self.slots[place] = (hash >> 32 << 32) | position_and_one as u64;
    }

    fn grow(&mut self, size: usize) {
        self.slots = vec![0; size.next_power_of_two().max(64)];
        for at in 0..self.all.len() {
            let hash = hash(self.all.name(at));
            self.place(hash, at + 1);
        }
    }
}

/// Multiplies and folds what is there, eight bytes at a time: names of systems are alike, often but
/// for a number at their end, and each bit must count.
fn hash(name: &str) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xd1b5_4a32_d192_ed03;
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ (product >> 64) as u64
    };
    let bytes = name.as_bytes();
    let mut state = A ^ bytes.len() as u64;
    let mut rest = bytes;
    while let Some((eight, more)) = rest.split_first_chunk::<8>() {
        state = fold(state ^ u64::from_le_bytes(*eight), B);
        rest = more;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(state ^ u64::from_le_bytes(last), A ^ B.rotate_left(17))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plans::NodeDetails;
    use crate::source::FileId;

    #[test]
    fn every_name_is_found_one_by_one_and_in_batches() {
        let mut nodes = Nodes::default();
        let names: Vec<String> = (0..3000).map(|at| format!("node-{}", at * 7)).collect();
        let details = NodeDetails::bare(FileId(0), NodeKind::System);
        let mut add = |name: &str| {
            let asked = Asked {
                kind: NodeKind::System,
                unusable: false,
            };
            let here = Span::file_start(FileId(0));
            nodes.add(name, asked, |all| {
                all.push(name, here, here, details.clone());
            })
        };
        for name in &names {
            assert!(add(name).is_ok());
        }
        assert_eq!(add("node-7").expect_err("there").at, 1);
        let mut asked: Vec<&str> = names.iter().map(String::as_str).collect();
        asked.extend(["node-1", "", "ode-7"]);
        let mut found = Vec::new();
        nodes.find_all(&asked, &mut found);
        for (name, found) in asked.iter().zip(&found) {
            assert_eq!(*found, nodes.find(name).map(|known| known.at), "{name}");
            assert_eq!(*found, names.iter().position(|other| other == name));
        }
    }
}
