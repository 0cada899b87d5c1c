#pragma once

#include "app/appliance/appliance_model.h"
#include "app/appliance/file_transfer.h"

#include <QUrl>

namespace coracle::app {

/// Base of the view-models of pages to which files can be given: sends the file and hands it to received().
class UploadModel : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a base")
    Q_PROPERTY(bool uploading READ uploading NOTIFY uploadChanged)
    Q_PROPERTY(double uploadProgress READ uploadProgress NOTIFY uploadChanged)
    Q_PROPERTY(QString uploadName READ uploadName NOTIFY uploadChanged)

public:
    bool uploading() const { return m_upload.running(); }
    double uploadProgress() const { return m_upload.progress(); }
    QString uploadName() const { return m_upload.fileName(); }

    /// `file`: on the machine that this program runs on.
    Q_INVOKABLE void upload(const QUrl &file) { m_upload.start(session(), file.toLocalFile()); }
    Q_INVOKABLE void cancelUpload() { m_upload.cancel(); }

Q_SIGNALS:
    void uploadChanged();

protected:
    UploadModel(const QString &path, QObject *parent) : ApplianceModel(path, parent) {
        connect(&m_upload, &FileUpload::changed, this, &UploadModel::uploadChanged);
        connect(&m_upload, &FileUpload::failed, this, &UploadModel::fail);
        connect(&m_upload, &FileUpload::finished, this, [this](const QString &id) { received(id); });
    }
    /// The daemon has the file under this id.
    virtual void received(const QString &uploadId) = 0;

private:
    FileUpload m_upload;
};

} // namespace coracle::app
