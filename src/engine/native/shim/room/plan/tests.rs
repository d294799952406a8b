use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// The plan in short: `~/home` below a layer, `=/nix/store` as it is.
fn planned(mountinfo: &str, avoided: &[&str], files: &[&str]) -> Vec<String> {
    let avoided: Vec<&Path> = avoided.iter().map(Path::new).collect();
    let steps = plan(mountinfo, &avoided, |path| !files.iter().any(|file| path == Path::new(file)));
    let sign = |manner| if manner == Manner::Layer { '~' } else { '=' };
    steps.iter().map(|step| format!("{}{}", sign(step.manner), step.point.display())).collect()
}

const PLAIN: &str = "\
22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
23 28 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
24 28 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=8054492k,nr_inodes=2013623,mode=755,inode64
25 24 0:23 / /dev/pts rw,nosuid,noexec,relatime shared:3 - devpts devpts rw,gid=5,mode=620,ptmxmode=000
26 28 0:24 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=1616500k,mode=755,inode64
28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
29 22 0:6 / /sys/kernel/security rw,nosuid,nodev,noexec,relatime shared:8 - securityfs securityfs rw
30 24 0:25 / /dev/shm rw,nosuid,nodev shared:4 - tmpfs tmpfs rw,inode64
31 26 0:26 / /run/lock rw,nosuid,nodev,noexec,relatime shared:6 - tmpfs tmpfs rw,size=5120k,inode64
32 22 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
36 23 0:31 / /proc/sys/fs/binfmt_misc rw,relatime shared:14 - autofs systemd-1 rw,fd=29,pgrp=1,timeout=0,direct
96 28 7:0 / /snap/core20/1974 ro,nodev,relatime shared:48 - squashfs /dev/loop0 ro,errors=continue,threads=single
99 28 259:3 / /home rw,nosuid,relatime shared:50 - ext4 /dev/nvme0n1p3 rw
102 28 259:1 / /boot/efi rw,relatime shared:52 - vfat /dev/nvme0n1p1 rw,fmask=0077,dmask=0077,codepage=437
310 26 0:24 /snapd/ns /run/snapd/ns rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=1616500k,mode=755,inode64
333 310 0:4 mnt:[4026532621] /run/snapd/ns/lxd.mnt rw - nsfs nsfs rw
350 28 0:55 / /mnt/team\\040files rw,relatime shared:300 - nfs4 nas:/export rw,vers=4.2,hard
400 26 0:60 / /run/user/1000 rw,nosuid,nodev,relatime shared:420 - tmpfs tmpfs rw,size=1616496k,mode=700,uid=1000
401 400 0:61 / /run/user/1000/doc rw,nosuid,nodev,relatime shared:430 - fuse.portal portal rw,user_id=1000
402 400 0:62 / /run/user/1000/gvfs rw,nosuid,nodev,relatime shared:440 - fuse.gvfsd-fuse gvfsd-fuse rw,user_id=1000
";

#[test]
fn a_plain_machine_with_a_home_of_its_own() {
    let expected = [
        "~/",
        "~/home",
        "~/run",
        "~/boot/efi",
        "=/mnt/team files",
        "~/run/lock",
        "~/run/snapd/ns",
        "~/run/user/1000",
        "=/snap/core20/1974",
    ];
    let mut found = planned(PLAIN, &[], &[]);
    assert_eq!(found.remove(0), expected[0]);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected[1..].iter().map(|&it| it.to_owned()).collect());
}

#[test]
fn a_mounts_own_restrictions_are_kept() {
    let steps = plan(PLAIN, &[], |_| true);
    let of = |point: &str| steps.iter().find(|step| step.point == Path::new(point)).expect("planned");
    let flags = |point: &str| (of(point).nosuid, of(point).nodev, of(point).noexec);
    assert_eq!(flags("/home"), (true, false, false));
    assert_eq!(flags("/run"), (true, true, true));
    assert_eq!(flags("/snap/core20/1974"), (false, true, false));
}

#[test]
fn what_is_avoided_is_left_out_with_all_below_it() {
    let found = planned(PLAIN, &["/run/user", "/home"], &[]);
    assert!(!found.iter().any(|step| step.contains("/run/user") || step.contains("/home")), "{found:?}");
    assert!(found.contains(&"~/run".to_owned()), "{found:?}");
}

#[test]
fn subvolumes_of_one_btrfs_are_a_layer_each() {
    let text = "\
34 1 0:29 /@ / rw,noatime shared:1 - btrfs /dev/sda2 rw,compress=zstd:1,ssd,subvol=/@
47 34 0:29 /@home /home rw,noatime shared:30 - btrfs /dev/sda2 rw,compress=zstd:1,ssd,subvol=/@home
50 34 0:29 /@log /var/log rw,noatime shared:32 - btrfs /dev/sda2 rw,compress=zstd:1,ssd,subvol=/@log
53 34 0:29 /@snapshots /.snapshots ro,noatime shared:34 - btrfs /dev/sda2 rw,subvol=/@snapshots
60 34 0:40 / /tmp rw,nosuid,nodev shared:36 - tmpfs tmpfs rw,size=8000000k,inode64
61 34 0:29 /@/var/lib/docker/btrfs /var/lib/docker/btrfs rw,noatime - btrfs /dev/sda2 rw,subvol=/@
";
    assert_eq!(planned(text, &["/tmp"], &[]), ["~/", "=/.snapshots", "~/home", "~/var/log"]);
}

#[test]
fn within_a_container_single_files_are_shown_and_inner_containers_are_not() {
    let text = "\
703 610 0:54 / / rw,relatime master:210 - overlay overlay rw,lowerdir=/l/A:/l/B,upperdir=/d/diff,workdir=/d/work
704 703 0:57 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
705 703 0:58 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
706 705 0:59 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666
707 703 0:60 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw
708 707 0:31 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw
710 703 8:1 /var/lib/docker/containers/c0ffee/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/sda1 rw
711 703 8:1 /var/lib/docker/containers/c0ffee/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw
712 703 8:1 /var/lib/docker/containers/c0ffee/hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw
713 703 8:1 /var/lib/docker/volumes/f00d/_data /var/lib/docker rw,relatime master:1 - ext4 /dev/sda1 rw
714 703 8:1 /home/me/project /work rw,relatime master:1 - ext4 /dev/sda1 rw
800 713 0:70 / /var/lib/docker/overlay2/beef/merged rw,relatime - overlay overlay rw,lowerdir=/l/C
801 703 0:4 net:[4026532700] /run/docker/netns/1f rw - nsfs nsfs rw
802 703 0:71 / /run/containerd/io.containerd.runtime.v2.task/moby/1f/rootfs rw - overlay overlay rw,lowerdir=/l/D
803 703 0:72 / /home/me/.local/share/containers/storage/overlay/1f/merged rw - overlay overlay rw,lowerdir=/l/E
";
    let files = ["/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
    let expected = ["~/", "~/work", "=/etc/hostname", "=/etc/hosts", "=/etc/resolv.conf"];
    assert_eq!(planned(text, &[], &files), expected);
}

#[test]
fn a_store_that_is_mounted_over_itself_stays_read_only() {
    let text = "\
25 1 0:22 / / rw,relatime shared:1 - tmpfs none rw,size=2000000k,mode=755
26 25 259:1 /nix /nix rw,relatime shared:3 - ext4 /dev/disk/by-label/nixos rw
27 26 259:1 /nix/store /nix/store ro,nosuid,nodev,relatime shared:4 - ext4 /dev/disk/by-label/nixos rw
28 25 0:5 / /dev rw,nosuid shared:2 - devtmpfs devtmpfs rw,size=800000k,mode=755
40 25 0:30 / /run/wrappers rw,nodev,relatime shared:20 - tmpfs tmpfs rw,mode=755
41 25 0:31 / /run/keys rw,nosuid,nodev,relatime shared:21 - ramfs none rw,mode=750
42 25 259:2 / /var/lib/containers rw,relatime shared:22 - xfs /dev/sdb1 rw
";
    assert_eq!(planned(text, &[], &[]), ["~/", "~/nix", "=/nix/store", "~/run/keys", "~/run/wrappers"]);
}

#[test]
fn a_windows_disk_and_single_programs_of_its_guest() {
    let text = "\
59 54 8:32 / / rw,relatime - ext4 /dev/sdc rw,discard,errors=remount-ro,data=ordered
60 59 0:25 / /mnt/wsl rw,relatime shared:1 - tmpfs none rw
61 59 0:27 / /usr/lib/wsl/drivers ro,nosuid,nodev,noatime - 9p none ro,dirsync,aname=drivers,trans=fd
62 59 0:31 /init /init ro - rootfs rootfs rw,size=3990000k
70 59 0:33 / /mnt/wslg rw,relatime - tmpfs none rw
71 70 8:32 / /mnt/wslg/distro ro,relatime - ext4 /dev/sdc rw
80 59 0:55 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs;path=C:\\134;uid=1000;trans=fd
81 59 0:60 / /sys rw,nosuid,nodev,noexec,noatime - sysfs sysfs rw
";
    let expected = ["~/", "~/mnt/c", "~/mnt/wsl", "~/mnt/wslg", "=/mnt/wslg/distro", "=/usr/lib/wsl/drivers"];
    assert_eq!(planned(text, &[], &["/init"]), expected);
}

#[test]
fn a_folder_called_docker_is_a_store_only_where_stores_are() {
    let line = |point: &str| format!("1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / {point} rw - ext4 b rw\n");
    assert_eq!(planned(&line("/srv/docker"), &[], &[]), ["~/", "~/srv/docker"]);
    assert_eq!(planned(&line("/var/lib/docker"), &[], &[]), ["~/"]);
    assert_eq!(planned(&line("/var/lib/dockerish"), &[], &[]), ["~/", "~/var/lib/dockerish"]);
}

#[test]
fn a_file_system_of_the_network_is_not_even_looked_at() {
    let text = "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /far rw - nfs4 b rw\n";
    let steps = plan(text, &[], |path| panic!("{} was looked at", path.display()));
    assert_eq!(steps.iter().map(|step| step.manner).collect::<Vec<_>>(), [Manner::Layer, Manner::ReadOnly]);
}

proptest! {
    #[test]
    fn the_root_is_always_the_first_and_parents_come_before_children(
        points in proptest::collection::btree_set("(/[a-c]{1,2}){1,3}", 0..12),
    ) {
        let line = |(number, point): (usize, &String)| format!("{} 1 0:2 / {point} rw - ext4 b rw\n", number + 2);
        let root = "1 0 0:1 / / rw - ext4 a rw\n".to_owned();
        let text: String = std::iter::once(root).chain(points.iter().enumerate().map(line)).collect();
        let steps = plan(&text, &[], |_| true);
        prop_assert_eq!(&steps[0].point, Path::new("/"));
        for (at, step) in steps.iter().enumerate() {
            let later = steps.iter().skip(at + 1);
            prop_assert!(later.clone().all(|later| !step.point.starts_with(&later.point)), "{:?}", steps);
        }
    }
}
