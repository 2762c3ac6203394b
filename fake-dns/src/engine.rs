//! From a request to the right answer: hickory's catalog over the records in force.

use std::sync::{Arc, Mutex, PoisonError};

use hickory_server::{
    net::{NetError, runtime::TokioTime},
    proto::{
        op::{Message, ResponseCode},
        rr::Record,
        serialize::binary::BinEncoder,
    },
    server::{Request, RequestHandler, ResponseHandler, ResponseInfo},
    zone_handler::{Catalog, MessageResponse, ZoneHandler as _},
};

use crate::world::World;

/// Answers for the records in force at one time.
pub(crate) struct Engine {
    catalog: Catalog,
    world: Arc<World>,
}

impl Engine {
    pub(crate) fn new(world: World) -> Self {
        let world = Arc::new(world);
        let mut catalog = Catalog::new();
        catalog.upsert(world.origin().clone(), vec![Arc::clone(&world) as _]);
        Self { catalog, world }
    }

    /// The right answer, of whatever length; `None` if the catalog sent nothing that can be read.
    pub(crate) async fn answer(&self, request: &Request) -> Option<Message> {
        let capture = Capture { sent: Arc::default(), alias_code: self.alias_code(request) };
        self.catalog.handle_request::<_, TokioTime>(request, capture.clone()).await;
        let sent = capture.sent.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Message::from_vec(&sent).ok()
    }

    /// The code that goes with an answer of aliases: that of the last name (RFC 6604 §3), which the catalog cannot say.
    fn alias_code(&self, request: &Request) -> Option<ResponseCode> {
        let query = request.request_info().ok()?.query;
        let found = self.world.find(query.name(), query.query_type());
        (!found.records.is_empty()).then_some(found.code)
    }
}

/// Keeps what the catalog sends.
#[derive(Clone)]
struct Capture {
    sent: Arc<Mutex<Option<Vec<u8>>>>,
    alias_code: Option<ResponseCode>,
}

#[async_trait::async_trait]
impl ResponseHandler for Capture {
    async fn send_response<'a>(
        &mut self,
        mut response: MessageResponse<
            '_,
            'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
            impl Iterator<Item = &'a Record> + Send + 'a,
        >,
    ) -> Result<ResponseInfo, NetError> {
        let metadata = response.metadata_mut();
        // An MTA asks as a stub resolver asks its recursive server; some warn where RA is missing.
        metadata.recursion_available = true;
        if let (Some(code), ResponseCode::NoError) = (self.alias_code, metadata.response_code) {
            metadata.response_code = code;
        }
        let mut octets = Vec::new();
        let mut encoder = BinEncoder::new(&mut octets);
        encoder.set_max_size(u16::MAX);
        let info = response.destructive_emit(&mut encoder)?;
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(octets);
        Ok(info)
    }
}
