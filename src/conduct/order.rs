use crate::engine::Order;
use crate::event::{Header, InstanceId};
use crate::lifecycle::first_share;

/// What this instance of the run shall be.
pub(super) fn order(header: &Header, instance: InstanceId) -> Order {
    let spec = &header.spec;
    Order {
        instance,
        run: header.run.clone(),
        image: spec.app.image.clone(),
        command: spec.app.command.clone(),
        environment: spec.environment_of(&instance.0.to_string()),
        secrets: spec.secrets.clone(),
        port: spec.port.number,
        memory: spec.memory.enforced(),
        swap: spec.memory.swap,
        cpu: first_share(&spec.cpu),
        cpu_period: spec.cpu.period,
        cpus: spec.cpu.cores_seen,
        pids: spec.limits.pids,
        open_files: spec.limits.open_files,
        shm: spec.limits.shm,
        tmp_is_memory: spec.memory.tmp_is_memory,
        disk: spec.disk.kind,
        user: spec.process.user.clone(),
        hostname: spec.process.hostname.clone(),
        workdir: spec.process.workdir.clone(),
        network: spec.network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conduct::theatre::header;
    use crate::spec::AtLimit;
    use crate::spec::example::example;
    use crate::units::Memory;

    #[test]
    fn the_kernels_limit_is_the_kill_unless_swap_stands_between() {
        let mut spec = example();
        spec.memory.at_limit = AtLimit::SlowThenKill;
        spec.memory.kill_at = Memory::from_mib(1_024);
        let without = order(&header(spec.clone()), InstanceId(1));
        assert_eq!((without.memory, without.swap), (Memory::from_mib(1_024), Memory::default()));
        spec.memory.swap = Memory::from_mib(512);
        let with = order(&header(spec), InstanceId(1));
        assert_eq!((with.memory, with.swap), (Memory::from_mib(512), Memory::from_mib(512)));
    }

    #[test]
    fn variables_that_speak_of_the_instance_are_filled_for_each() {
        let mut spec = example();
        spec.environment.insert("WHO".into(), "web-{instance}".into());
        assert_eq!(order(&header(spec), InstanceId(3)).environment["WHO"], "web-3");
    }
}
