//! queueing station SERVERS ARRIVAL-RATE CUSTOMERS, or queueing repair CREWS FAILURE-RATE REPAIRS MACHINES.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

/// What follows an arrival or a departure.
#[derive(Clone, Serialize, Deserialize)]
enum Kind {
    /// Another arrival, until there were enough.
    Station { arrival_rate: f64 },
    /// The machine that was repaired fails again, until there were enough repairs.
    Repair { failure_rate: f64, machines: u64 },
}

#[derive(Serialize, Deserialize)]
struct Station {
    /// Told once, with the last departure: mean time in the system, in seconds.
    mean_time: Output<f64>,
    kind: Kind,
    customers: u64,
    free: usize,
    waiting: VecDeque<MonotonicTime>,
    arrived: u64,
    departed: u64,
    time: Duration,
    // The generator of simcore's contestant.
    random: Pcg64,
}

#[Model]
impl Station {
    fn new(servers: usize, kind: Kind, customers: u64) -> Self {
        Self {
            mean_time: Output::default(),
            kind,
            customers,
            free: servers,
            waiting: VecDeque::new(),
            arrived: 0,
            departed: 0,
            time: Duration::ZERO,
            random: Pcg64::seed_from_u64(1),
        }
    }

    /// Times are whole nanoseconds, and an event must lie in the future.
    fn exponential(&mut self, rate: f64) -> Duration {
        let delay = -(1.0 - self.random.r#gen::<f64>()).ln() / rate;
        Duration::from_secs_f64(delay).max(Duration::from_nanos(1))
    }

    fn expect_arrival(&mut self, rate: f64, cx: &Context<Self>) {
        let delay = self.exponential(rate);
        cx.schedule_event(delay, schedulable!(Self::arrive), ()).unwrap();
    }

    fn begin(&mut self, arrived: MonotonicTime, cx: &Context<Self>) {
        let delay = self.exponential(1.0);
        cx.schedule_event(delay, schedulable!(Self::depart), arrived).unwrap();
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, _: &mut ()) {
        match self.kind {
            Kind::Station { arrival_rate } => self.expect_arrival(arrival_rate, cx),
            Kind::Repair { failure_rate, machines } => {
                for _ in 0..machines {
                    self.expect_arrival(failure_rate, cx);
                }
            }
        }
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        if self.free == 0 {
            self.waiting.push_back(cx.time());
        } else {
            self.free -= 1;
            self.begin(cx.time(), cx);
        }
        self.arrived += 1;
        if let Kind::Station { arrival_rate } = self.kind {
            if self.arrived < self.customers {
                self.expect_arrival(arrival_rate, cx);
            }
        }
    }

    #[nexosim(schedulable)]
    async fn depart(&mut self, arrived: MonotonicTime, cx: &Context<Self>) {
        match self.waiting.pop_front() {
            Some(next) => self.begin(next, cx),
            None => self.free += 1,
        }
        if self.departed == self.customers {
            return;
        }
        self.time += cx.time().duration_since(arrived);
        self.departed += 1;
        if self.departed == self.customers {
            self.mean_time.send(self.time.as_secs_f64() / self.customers as f64).await;
        } else if let Kind::Repair { failure_rate, .. } = self.kind {
            self.expect_arrival(failure_rate, cx);
        }
    }
}

/// Mean time in the system.
fn run(servers: usize, kind: Kind, customers: u64) -> f64 {
    let mut station = Station::new(servers, kind, customers);
    let (sink, mut mean_time) = event_slot(SinkState::Enabled);
    station.mean_time.connect_sink(sink);
    // A single model, which more threads would not make faster.
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(station, Mailbox::new(), "station")
        .init(MonotonicTime::EPOCH)
        .unwrap();
    simulation.run().unwrap();
    mean_time.try_read().unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let servers: usize = args[2].parse().unwrap();
    let rate: f64 = args[3].parse().unwrap();
    let customers: u64 = args[4].parse().unwrap();
    let kind = match args[1].as_str() {
        "repair" => Kind::Repair { failure_rate: rate, machines: args[5].parse().unwrap() },
        _ => Kind::Station { arrival_rate: rate },
    };
    run(servers, kind.clone(), customers);
    let begin = Instant::now();
    let answer = run(servers, kind, customers);
    println!("{{\"seconds\":{},\"answer\":{}}}", begin.elapsed().as_secs_f64(), answer);
}
