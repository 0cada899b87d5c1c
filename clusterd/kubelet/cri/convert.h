#pragma once

#include "clusterd/kubelet/cri/types.h"
#include "cri.pb.h"

/// Between protobuf messages and the plain structs. Only the gRPC client includes this.
namespace coracle::kubelet::cri {

runtime::v1::PodSandboxConfig toWire(const SandboxConfig &config);
runtime::v1::ContainerConfig toWire(const ContainerConfig &config);
runtime::v1::AuthConfig toWire(const RegistryAuth &auth);

Sandbox fromWire(const runtime::v1::PodSandbox &wire);
SandboxStatus fromWire(const runtime::v1::PodSandboxStatus &wire);
Container fromWire(const runtime::v1::Container &wire);
ContainerStatus fromWire(const runtime::v1::ContainerStatus &wire);
ContainerStats fromWire(const runtime::v1::ContainerStats &wire);
Image fromWire(const runtime::v1::Image &wire);

} // namespace coracle::kubelet::cri
