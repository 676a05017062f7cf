//! Work shared between threads, its results in the order of the work: how many threads there were
//! can't be seen in what comes out.

use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does each piece of work on one of at most `threads` threads. What `start` makes is kept by a thread
/// from piece to piece.
pub fn share<T: Sync, W, R: Send>(
    work: &[T],
    threads: usize,
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
    let threads = threads.min(work.len());
    if threads <= 1 {
        return one_thread().into_iter().map(|(_, result)| result).collect();
    }
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(one_thread)).collect();
        let mut done = one_thread();
        for other in others {
            match other.join() {
                Ok(results) => done.extend(results),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does two things, on two threads where there are as many; the first on this one.
pub fn both<A, B: Send>(
    threads: usize,
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads <= 1 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        match other.join() {
            Ok(other) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// So many things in as many ranges as there are threads.
pub fn ranges(count: usize, threads: usize) -> Vec<Range<usize>> {
    let size = count.div_ceil(threads.max(1)).max(1);
    let starts = (0..count).step_by(size);
    starts.map(|start| start..count.min(start + size)).collect()
}

/// Numbers things by a key, in the order in which keys come first: the number of each thing, and the
/// first thing of each number.
pub fn number<K: Copy + Eq + Hash + Send>(
    count: usize,
    threads: usize,
    key: impl Fn(usize) -> K + Sync,
) -> (Vec<u32>, Vec<u32>) {
    let found = share(
        &ranges(count, threads),
        threads,
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
    use super::{number, share};

    #[test]
    fn numbers_are_the_same_for_any_number_of_threads() {
        let keys: Vec<usize> = (0..1000).map(|at| at * at * 31 % 97 / 3).collect();
        let (of, first) = number(keys.len(), 1, |at| keys[at]);
        for (at, number) in of.iter().enumerate() {
            let first = first[*number as usize] as usize;
            assert_eq!(keys[first], keys[at]);
            assert_eq!(keys.iter().position(|key| *key == keys[at]), Some(first));
        }
        for threads in [0, 2, 3, 7, 2000] {
            let again = number(keys.len(), threads, |at| keys[at]);
            assert_eq!(again, (of.clone(), first.clone()), "{threads} threads");
        }
        assert_eq!(number(0, 2, |at| at), (Vec::new(), Vec::new()));
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let work: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 2, 7] {
            let squares = share(&work, threads, || (), |(), at| at * at);
            assert!(
                squares
                    .iter()
                    .enumerate()
                    .all(|(at, square)| *square == at * at)
            );
            assert_eq!(squares.len(), work.len());
        }
        assert!(share(&[] as &[u8], 2, || (), |(), _| 0).is_empty());
    }
}
