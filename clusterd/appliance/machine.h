#pragma once

#include "core/base/result.h"
#include "core/config/cidr.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What the machine is and has, as the appliance API tells it.
namespace coracle::appliance {

struct NetworkLink {
    std::string name;
    bool up = false;
    std::vector<std::string> addresses; ///< "192.168.1.5/24"
};

/// The links of the machine itself, without loopback and without those that clusters make for their pods.
std::vector<NetworkLink> networkLinks();
/// The networks that they are in.
std::vector<config::Cidr> machineNetworks();

std::string machineName();
/// Resident memory of this process.
uint64_t ownMemoryBytes();

/// Whether this process is the main one of a unit of systemd.
bool runsAsService();
/// Asks the service manager to reboot. The machine goes down soon after.
Result<> rebootMachine();

} // namespace coracle::appliance
