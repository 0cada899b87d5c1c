#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/data_parts.h"
#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/router.h"
#include "clusterd/appliance/uploads.h"

namespace coracle::appliance {

struct ImageParts {
    const DataParts &data;
    const apiserver::Reader &reader;
    Operations &operations;
    Uploads &uploads;
    std::string nodeName;
};

/// The images on this node: listed with their users, imported from archives, removed. A server without a node of its
/// own answers with 409.
class Images {
public:
    explicit Images(ImageParts parts) : m_parts(std::move(parts)) {}

    void addRoutes(Router &router);

    struct Usage {
        std::vector<kubelet::cri::Image> unused; ///< that nobody uses and that may go
        uint64_t totalBytes = 0, unusedBytes = 0;
    };
    Task<Result<Usage>> usage();
    Task<Result<>> removeImage(const kubelet::cri::Image &image);

private:
    Task<Result<Reply>> list();
    Task<Result<Reply>> import(Call &call);
    Task<Result<Reply>> remove(Call &call);

    Task<Result<std::vector<kubelet::cri::Image>>> read();
    Task<Result<boost::json::object>> runImport(std::shared_ptr<Operation> operation, std::filesystem::path archive,
                                                std::string upload);
    Task<Result<boost::json::object>> runRemove(std::shared_ptr<Operation> operation, kubelet::cri::Image image);

    ImageParts m_parts;
};

} // namespace coracle::appliance
