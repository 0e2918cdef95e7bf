//! How often, and how long, a request is repeated.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::debug;

use crate::failure::Failure;
use crate::options::Options;

/// Repeats requests with exponential back-off and full jitter, until a deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retries {
    deadline: Duration,
    first_pause: Duration,
    max_pause: Duration,
}

impl Retries {
    pub(crate) const fn new(options: &Options) -> Self {
        let Options { deadline, first_pause, max_pause, .. } = *options;
        Self { deadline, first_pause, max_pause }
    }

    /// Makes attempts until one succeeds, fails for a reason that does not pass, or the next one
    /// would begin after the deadline.
    pub(crate) async fn run<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let started = Instant::now();
        let (mut longest, mut attempts) = (self.first_pause.min(self.max_pause), 0_u32);
        loop {
            let left = self.deadline.saturating_sub(started.elapsed());
            let answer = timeout(left, attempt()).await.unwrap_or_else(|_| Err(Failure::late()));
            let Err(Failure::Transient { reason, retry_after }) = answer else { return answer };
            attempts = attempts.saturating_add(1);
            let pause = retry_after.unwrap_or_default().saturating_add(part_of(longest));
            if started.elapsed().saturating_add(pause) >= self.deadline {
                let reason = format!("{reason} (attempts: {attempts})");
                return Err(Failure::Permanent { reason });
            }
            debug!(reason, ?pause, "a request is repeated");
            sleep(pause).await;
            longest = longest.saturating_mul(2).min(self.max_pause);
        }
    }
}

/// A random part of a pause, so that requests that failed together are not repeated together.
fn part_of(longest: Duration) -> Duration {
    longest.mul_f64(rand::random_range(0.0..=1.0))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// The outcome where the first attempts fail like that, the number of attempts, and how long
    /// they took.
    async fn run(
        failing: u32,
        failure: impl Fn() -> Failure,
    ) -> (Result<u32, Failure>, u32, Duration) {
        let (attempts, started) = (Cell::new(0), Instant::now());
        let attempt = || {
            let answer = if attempts.get() >= failing { Ok(7) } else { Err(failure()) };
            attempts.set(attempts.get().saturating_add(1));
            async { answer }
        };
        let answer = Retries::new(&Options::default()).run(attempt).await;
        (answer, attempts.get(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_repeated() {
        let (answer, attempts, took) = run(3, || Failure::transient("busy")).await;
        assert_eq!((answer.unwrap(), attempts), (7, 4));
        assert!(took < Duration::from_millis(710), "at most 100 + 200 + 400 ms, not {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_not_repeated() {
        for failure in [Failure::NotFound, Failure::Changed, Failure::permanent("odd")] {
            let (answer, attempts, _) = run(1, || failure.clone()).await;
            assert_eq!((answer.unwrap_err().to_string(), attempts), (failure.to_string(), 1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_says_how_long_to_wait() {
        let busy = |seconds| Failure::of_status(503, Some(Duration::from_secs(seconds)));
        let (answer, attempts, took) = run(2, || busy(4)).await;
        assert_eq!((answer.unwrap(), attempts), (7, 3));
        assert!(took >= Duration::from_secs(8), "{took:?}");
        let (answer, attempts, took) = run(1, || busy(60)).await;
        assert_eq!(attempts, 1, "no attempt would be within the deadline");
        assert_eq!(
            answer.unwrap_err().to_string(),
            "the server answered with status 503 (attempts: 1)"
        );
        assert!(took < Duration::from_secs(1), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn all_ends_at_the_deadline() {
        let (answer, attempts, took) = run(u32::MAX, || Failure::transient("busy")).await;
        assert!(answer.unwrap_err().to_string().starts_with("busy (attempts: "));
        assert!(attempts > 6 && took <= Duration::from_secs(30), "{attempts} in {took:?}");
        let started = Instant::now();
        let silent = || std::future::pending::<Result<(), Failure>>();
        let answer = Retries::new(&Options::default()).run(silent).await;
        assert!(answer.unwrap_err().to_string().starts_with("the server did not answer in time"));
        assert!(started.elapsed() <= Duration::from_secs(30));
    }
}
