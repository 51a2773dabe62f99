//! An address where an issuer publishes its keys, for tests. It counts how often it is asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub struct Published {
    pub url: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Published {
    pub async fn start(keys: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let published = Self { url, answer: Arc::new(Mutex::new(keys)), asked: Arc::default() };
        let serving = published.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.asked.fetch_add(1, Ordering::Relaxed);
                let answer = serving.answer.lock().unwrap().clone();
                tokio::spawn(answered(stream, answer));
            }
        });
        published
    }

    pub fn now(&self, keys: String) {
        *self.answer.lock().unwrap() = keys;
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn answered(mut stream: TcpStream, body: String) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") && stream.read_buf(&mut asked).await? > 0 {}
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await
}
