//! Circles in a relation, and an order where there are none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The sets of nodes that lie, all of them, above and below one another: each a circle of two or
/// more, or one node that points at itself. In order of their smallest members.
pub(super) fn circles(count: usize, pairs: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
    let left = leftover(count, pairs);
    if left.is_empty() {
        return Vec::new();
    }
    // Kosaraju's two sweeps, with stacks of their own: chains may be as long as a file.
    let mut forward = vec![Vec::new(); count];
    let mut backward = vec![Vec::new(); count];
    for (from, to) in pairs {
        if left.contains(from) && left.contains(to) {
            forward[*from].push(*to);
            backward[*to].push(*from);
        }
    }
    let mut seen = vec![false; count];
    let mut finished = Vec::new();
    for start in left.iter().copied() {
        let mut stack = vec![(start, 0)];
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        while let Some((at, next)) = stack.pop() {
            match forward[at].get(next) {
                Some(to) => {
                    stack.push((at, next + 1));
                    if !std::mem::replace(&mut seen[*to], true) {
                        stack.push((*to, 0));
                    }
                }
                None => finished.push(at),
            }
        }
    }
    let mut taken = vec![false; count];
    let mut result = Vec::new();
    for start in finished.into_iter().rev() {
        if std::mem::replace(&mut taken[start], true) {
            continue;
        }
        let mut members = BTreeSet::from([start]);
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            for to in &backward[at] {
                if !std::mem::replace(&mut taken[*to], true) {
                    members.insert(*to);
                    stack.push(*to);
                }
            }
        }
        if members.len() > 1 || forward[start].contains(&start) {
            result.push(members);
        }
    }
    result.sort();
    result
}

/// The nodes in an order in which every pair's first comes before its second; nodes in or behind
/// circles are left out.
pub(super) fn order(count: usize, pairs: &[(usize, usize)]) -> Vec<usize> {
    let mut waiting = vec![0usize; count];
    let mut after = vec![Vec::new(); count];
    for (from, to) in pairs {
        waiting[*to] += 1;
        after[*from].push(*to);
    }
    let mut order: Vec<usize> = (0..count).filter(|at| waiting[*at] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for to in &after[order[next]] {
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                order.push(*to);
            }
        }
        next += 1;
    }
    order
}

/// The shortest circle through one of the pairs: positions of its pairs, that one first.
pub(super) fn through(pairs: &[(usize, usize)], closing: usize) -> Vec<usize> {
    let (target, start) = pairs[closing];
    let mut from: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        from.entry(pair.0).or_default().push(at);
    }
    let mut reached: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for at in from.get(&node).into_iter().flatten() {
            let to = pairs[*at].1;
            if to != start && !reached.contains_key(&to) {
                reached.insert(to, *at);
                queue.push_back(to);
            }
        }
    }
    let mut circle = Vec::new();
    let mut node = target;
    while node != start {
        let Some(at) = reached.get(&node) else { break };
        circle.push(*at);
        node = pairs[*at].0;
    }
    circle.push(closing);
    circle.reverse();
    circle
}

fn leftover(count: usize, pairs: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut left: BTreeSet<usize> = (0..count).collect();
    for at in order(count, pairs) {
        left.remove(&at);
    }
    left
}
