//! A circle of the flow: the groups of its nodes that share a row, and the links between them.
//!
//! Most edges of a circle lie within a group and are left out once the groups are known, and links
//! that do the same between the same groups are kept once. So what is swept again and again is small.

use super::rows::Bits;

/// A link between two groups of a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The sending group.
    pub from: u32,
    /// What it does to labels.
    pub change: u32,
}

/// The groups of a circle.
#[derive(Debug, Default)]
pub struct Circle {
    /// By group: what it holds so far.
    pub held: Vec<Bits>,
    /// All links, by receiver.
    links: Vec<Link>,
    /// By group: where its links end.
    ends: Vec<u32>,
    /// What groups pass to themselves, changed, by group in order.
    own: Vec<Link>,
    own_ends: Vec<u32>,
    /// By group: when it was swept, and when it grew, on a clock that ticks with every sweep.
    swept: Vec<u32>,
    grown: Vec<u32>,
    clock: u32,
}

impl Circle {
    /// Adds a group with what it holds from outside, its links, and what it passes to itself.
    pub fn add(&mut self, held: Bits, links: &mut Vec<Link>, own: &mut Vec<Link>) {
        for (all, ends, new) in [
            (&mut self.links, &mut self.ends, links),
            (&mut self.own, &mut self.own_ends, own),
        ] {
            new.sort_unstable();
            new.dedup();
            all.append(new);
            ends.push(all.len() as u32);
        }
        self.held.push(held);
    }

    /// Sweeps all groups until nothing grows, or they take more words than there is room for. `pass`
    /// adds to a group what a change makes of some labels, and says whether it grew.
    pub fn fill(&mut self, room: usize, mut pass: impl FnMut(&mut Bits, &Bits, u32) -> bool) {
        self.swept = vec![0; self.held.len()];
        self.grown = vec![1; self.held.len()];
        self.clock = 1;
        let mut grew = true;
        while grew && self.size() <= room {
            grew = false;
            for group in 0..self.held.len() {
                grew |= self.sweep(group, &mut pass);
            }
        }
    }

    /// How many words all groups take.
    pub fn size(&self) -> usize {
        self.held.iter().map(|held| held.words().len()).sum()
    }

    /// Adds to a group what its senders hold that grew since it was swept last.
    fn sweep(
        &mut self,
        group: usize,
        pass: &mut impl FnMut(&mut Bits, &Bits, u32) -> bool,
    ) -> bool {
        let mut held = std::mem::take(&mut self.held[group]);
        let last = self.swept[group];
        let mut grew = false;
        for link in &self.links[range(&self.ends, group)] {
            let from = link.from as usize;
            if self.grown[from] > last {
                grew |= pass(&mut held, &self.held[from], link.change);
            }
        }
        let own = &self.own[range(&self.own_ends, group)];
        // What a group passes to itself, changed, may change once more.
        let mut again = !own.is_empty() && (grew || last == 0);
        while again {
            let before = held.clone();
            again = own.iter().fold(false, |grew, link| {
                pass(&mut held, &before, link.change) | grew
            });
            grew |= again;
        }
        self.held[group] = held;
        self.clock += 1;
        self.swept[group] = self.clock;
        if grew {
            self.grown[group] = self.clock;
        }
        grew
    }
}

fn range(ends: &[u32], at: usize) -> std::ops::Range<usize> {
    let start = match at {
        0 => 0,
        at => ends[at - 1] as usize,
    };
    start..ends[at] as usize
}
