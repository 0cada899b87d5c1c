#pragma once

#include "app/models/resource_model.h"
#include "app/resources/data_keys.h"
#include "app/resources/related_list.h"
#include "app/workloads/object_detail.h"

namespace coracle::app {

/// An object of any kind for its page: metadata, what its kind tells by the table of resource_facts.h, the columns that
/// the server prints, its keys (ConfigMaps and Secrets), and the objects that belong to it. GUI thread.
class ResourceDetail : public coracle::app::ObjectDetail {
    Q_OBJECT
    QML_ELEMENT
    /// Rows of FactRow: the columns that the server prints for its kind.
    Q_PROPERTY(coracle::app::RowListModel *columns READ columns CONSTANT)
    /// Of the pods that it selects; empty: it selects none.
    Q_PROPERTY(QString podSelector READ podSelector NOTIFY detailChanged)
    Q_PROPERTY(coracle::app::DataKeys *data READ data CONSTANT)
    Q_PROPERTY(coracle::app::RelatedList *related READ related CONSTANT)
    /// A claim whose class lets it grow, as far as is known here.
    Q_PROPERTY(bool expandable READ expandable NOTIFY detailChanged)
    /// The YAML of a Secret without its values.
    Q_PROPERTY(QString maskedYaml READ maskedYaml NOTIFY detailChanged)
    Q_PROPERTY(QString requestedSize READ requestedSize NOTIFY detailChanged)

public:
    explicit ResourceDetail(QObject *parent = nullptr);

    RowListModel *columns() { return &m_columns; }
    QString podSelector() const { return m_podSelector; }
    DataKeys *data() { return &m_data; }
    RelatedList *related() { return &m_related; }
    bool expandable() const {
        return kindKey() == u"persistentvolumeclaims" && object()["status"]["phase"].toString() == u"Bound";
    }
    QString maskedYaml() const;
    QString requestedSize() const { return object()["spec"]["resources"]["requests"]["storage"].toString(); }

    /// Asks for more storage; Toasts tell the result.
    Q_INVOKABLE void expandTo(const QString &size);

protected:
    void update() override;
    QList<FactRow> makeFacts() const override;

private:
    void takeColumns();
    void identifyParts();

    RowListModel m_columns{FactRow::staticMetaObject};
    ResourceModel m_printed;
    DataKeys m_data;
    RelatedList m_related;
    QString m_podSelector;
};

} // namespace coracle::app
