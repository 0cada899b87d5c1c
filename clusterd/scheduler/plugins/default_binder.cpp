#include "clusterd/scheduler/plugins/default_binder.h"

#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

namespace coracle::scheduler {

Task<Result<>> DefaultBinder::bind(PodInfoPtr pod, std::string node) {
    corev1::Binding binding;
    binding.metadata.name = pod->name();
    binding.metadata.namespace_ = pod->namespaceName();
    binding.metadata.uid = pod->uid();
    binding.target.kind = "Node";
    binding.target.name = std::move(node);
    client::WriteOptions options;
    options.subresource = "binding";
    const std::string body = api::encode(binding);
    auto bound = co_await m_client.create(corev1::Pod::resource(), binding.metadata.namespace_, body, options,
                                          binding.metadata.name);
    if (!bound) {
        Status status = bound.error();
        status.message = "running Bind plugin \"DefaultBinder\": " + status.message;
        co_return std::unexpected(status);
    }
    co_return Result<>{};
}

} // namespace coracle::scheduler
