#pragma once

#include "clusterd/kubelet/stats/stats.h"

#include <string_view>

namespace coracle::kubelet {

/// The interfaces that a /proc/<pid>/net/dev lists, without the loopback; `first` comes first (proc_pid_net(5)).
std::vector<InterfaceStats> parseNetDev(std::string_view text, std::string_view first);
/// The interface of the default route in /proc/net/route; empty when there is none.
std::string defaultInterface(std::string_view routes);

} // namespace coracle::kubelet
