//! Work shared between threads, its results in the order of the work: how many threads there were
//! can't be seen in what comes out.
//!
//! Who begins says how many threads there are ([`on`]); whatever is shared in that is shared between
//! them, and where nobody said anything there is one. A thread that shares work does its part of it.

use rayon::ThreadPoolBuilder;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this are of no use.
const MOST: usize = 256;

/// Bytes of stack, for any thread as for the first.
const STACK: usize = 8 << 20;

/// Does work in which so many threads take part, or as many as there can be.
pub fn on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let threads = threads.clamp(1, MOST);
    if threads == self::threads() {
        return work();
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK);
    let mut work = Some(work);
    let done = pool.build_scoped(
        |thread| thread.run(),
        |pool| pool.install(|| work.take().map(|work| work())),
    );
    match done {
        Ok(done) => done.expect("work that was begun gives a result"),
        // No threads could be had.
        Err(_) => work.expect("it was not begun")(),
    }
}

/// How many threads take part in what is going on.
pub fn threads() -> usize {
    match rayon::current_thread_index() {
        Some(_) => rayon::current_num_threads(),
        None => 1,
    }
}

/// Does each piece of work on one of the threads. What `start` makes is kept by a thread from piece to
/// piece.
pub fn share<T: Sync, W, R: Send>(
    work: &[T],
    start: impl Fn() -> W + Sync,
    run: impl Fn(&mut W, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let one_thread = || {
        let mut kept = start();
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = work.get(at) else {
                return done;
            };
            done.push((at, run(&mut kept, piece)));
        }
    };
    let threads = threads().min(work.len());
    if threads <= 1 {
        return one_thread().into_iter().map(|(_, result)| result).collect();
    }
    let mut others: Vec<Vec<(usize, R)>> = (1..threads).map(|_| Vec::new()).collect();
    let mut done = rayon::in_place_scope(|scope| {
        for other in &mut others {
            scope.spawn(|_| *other = one_thread());
        }
        one_thread()
    });
    done.extend(others.into_iter().flatten());
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Changes each of many things alike.
pub fn each<T: Send>(things: &mut [T], change: impl Fn(&mut T) + Sync) {
    let size = things.len().div_ceil(4 * threads()).max(1);
    let change_all = |things: &mut [T]| things.iter_mut().for_each(&change);
    if threads() <= 1 {
        return change_all(things);
    }
    rayon::in_place_scope(|scope| {
        for part in things.chunks_mut(size) {
            scope.spawn(move |_| change_all(part));
        }
    });
}

/// Does two things, on two threads where there are as many; the first on this one.
pub fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    if threads() <= 1 {
        return (one(), other());
    }
    let mut second = None;
    let first = rayon::in_place_scope(|scope| {
        scope.spawn(|_| second = Some(other()));
        one()
    });
    (first, second.expect("the scope waits for all it began"))
}

/// So many things in as many ranges as there are threads.
pub fn ranges(count: usize) -> Vec<Range<usize>> {
    let size = count.div_ceil(threads()).max(1);
    let starts = (0..count).step_by(size);
    starts.map(|start| start..count.min(start + size)).collect()
}

/// Numbers things by a key, in the order in which keys come first: the number of each thing, and the
/// first thing of each number.
pub fn number<K: Copy + Eq + Hash + Send>(
    count: usize,
    key: impl Fn(usize) -> K + Sync,
) -> (Vec<u32>, Vec<u32>) {
    let found = share(
        &ranges(count),
        || (),
        |(), range| {
            let mut known: FxHashMap<K, u32> = FxHashMap::default();
            let mut firsts: Vec<(K, u32)> = Vec::new();
            let of = range.clone().map(|at| {
                let key = key(at);
                *known.entry(key).or_insert_with(|| {
                    firsts.push((key, at as u32));
                    firsts.len() as u32 - 1
                })
            });
            (of.collect::<Vec<u32>>(), firsts)
        },
    );
    let mut known: FxHashMap<K, u32> = FxHashMap::default();
    let mut first = Vec::new();
    let mut all: Vec<u32> = Vec::new();
    for (mut of, firsts) in found {
        let numbers = firsts.iter().map(|(key, at)| {
            *known.entry(*key).or_insert_with(|| {
                first.push(*at);
                first.len() as u32 - 1
            })
        });
        let numbers: Vec<u32> = numbers.collect();
        match all.is_empty() {
            // The first range is numbered as all are.
            true => all = of,
            false => {
                of.iter_mut().for_each(|own| *own = numbers[*own as usize]);
                all.append(&mut of);
            }
        }
    }
    (all, first)
}

#[cfg(test)]
mod tests {
    use super::{both, each, number, on, share, threads};

    #[test]
    fn numbers_are_the_same_for_any_number_of_threads() {
        let keys: Vec<usize> = (0..1000).map(|at| at * at * 31 % 97 / 3).collect();
        let (of, first) = number(keys.len(), |at| keys[at]);
        for (at, number) in of.iter().enumerate() {
            let first = first[*number as usize] as usize;
            assert_eq!(keys[first], keys[at]);
            assert_eq!(keys.iter().position(|key| *key == keys[at]), Some(first));
        }
        for threads in [0, 2, 3, 7, 2000] {
            let again = on(threads, || number(keys.len(), |at| keys[at]));
            assert_eq!(again, (of.clone(), first.clone()), "{threads} threads");
        }
        assert_eq!(on(2, || number(0, |at| at)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let work: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 7] {
            let squares = on(threads, || share(&work, || (), |(), at| at * at));
            assert!(
                squares
                    .iter()
                    .enumerate()
                    .all(|(at, square)| *square == at * at)
            );
            assert_eq!(squares.len(), work.len());
        }
        assert!(on(2, || share(&[] as &[u8], || (), |(), _| 0)).is_empty());
    }

    #[test]
    fn each_thing_is_changed_once() {
        for threads in [1, 2, 7] {
            for count in [0, 1, 5, 1000] {
                let mut things: Vec<usize> = (0..count).collect();
                on(threads, || each(&mut things, |thing| *thing += 1));
                assert!(things.into_iter().eq(1..=count), "{threads} threads");
            }
        }
    }

    #[test]
    fn as_many_threads_take_part_as_are_asked_for() {
        assert_eq!(threads(), 1);
        for wanted in [1, 2, 5] {
            assert_eq!(on(wanted, threads), wanted);
            assert_eq!(on(3, || on(wanted, threads)), wanted);
        }
        assert_eq!(on(0, threads), 1);
        assert_eq!(on(usize::MAX, threads), super::MOST);
        assert_eq!(on(2, || both(threads, threads)), (2, 2));
        assert_eq!(both(threads, || 7), (1, 7));
    }
}
