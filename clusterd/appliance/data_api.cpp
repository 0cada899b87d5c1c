#include "clusterd/appliance/data_api.h"

#include "clusterd/appliance/datastore_routes.h"

namespace coracle::appliance {

DataApi::DataApi(DataApiParts parts)
    : m_parts(std::move(parts)),
      m_uploads(m_parts.data.folders.uploads(), m_parts.clock, m_parts.random),
      m_backups({.data = m_parts.data,
                 .clock = m_parts.clock,
                 .random = m_parts.random,
                 .operations = m_parts.operations,
                 .restarter = m_parts.restarter,
                 .worker = m_worker,
                 .uploads = m_uploads,
                 .version = m_parts.version,
                 .kubernetesVersion = m_parts.kubernetesVersion,
                 .nodeName = m_parts.nodeName}),
      m_images({.data = m_parts.data,
                .reader = m_parts.reader,
                .operations = m_parts.operations,
                .uploads = m_uploads,
                .nodeName = m_parts.nodeName}),
      m_reclaim({.data = m_parts.data,
                 .reader = m_parts.reader,
                 .worker = m_worker,
                 .images = m_images,
                 .backups = m_backups,
                 .uploads = m_uploads}),
      m_storage({.data = m_parts.data,
                 .reader = m_parts.reader,
                 .clock = m_parts.clock,
                 .operations = m_parts.operations,
                 .worker = m_worker,
                 .reclaim = m_reclaim}),
      m_upgrades({.data = m_parts.data,
                  .clock = m_parts.clock,
                  .operations = m_parts.operations,
                  .restarter = m_parts.restarter,
                  .trial = m_parts.trial,
                  .worker = m_worker,
                  .backups = m_backups,
                  .version = m_parts.version,
                  .kubernetesVersion = m_parts.kubernetesVersion}),
      m_support({.data = m_parts.data,
                 .reader = m_parts.reader,
                 .clock = m_parts.clock,
                 .operations = m_parts.operations,
                 .worker = m_worker,
                 .log = m_parts.log,
                 .version = m_parts.version,
                 .kubernetesVersion = m_parts.kubernetesVersion,
                 .nodeName = m_parts.nodeName,
                 .status = m_parts.status,
                 .configuration = m_parts.configuration}) {}

void DataApi::addRoutes(Router &router) {
    m_uploads.addRoutes(router);
    addDatastoreRoutes(router, m_parts.data, m_parts.operations, m_parts.clock);
    m_backups.addRoutes(router);
    m_images.addRoutes(router);
    m_storage.addRoutes(router);
    m_upgrades.addRoutes(router);
    m_support.addRoutes(router);
}

Task<> DataApi::tidy() {
    m_uploads.tidy();
    if (m_parts.trial.trying())
        co_return; // the way back is still needed
    co_await m_backups.tidy();
    co_await m_upgrades.tidy();
}

} // namespace coracle::appliance
