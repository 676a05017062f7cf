//! Work shared between threads, its results in the order of the work: how many threads there were
//! can't be seen in what comes out.

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

#[cfg(test)]
mod tests {
    use super::share;

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
